import { relative } from 'node:path'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatPrintable } from '../format-text.js'
import type { LeftAlone } from '../init/left-alone.js'
import type { FileEdit } from '../init/text-file.js'
import type { Output } from '../output.js'
import type { Session } from '../session.js'

/** `partman init`. */
export function initCommand(bind: Bind): Command {
  return new Command('init')
    .description('set up an existing Prisma project: generator block, client extension, scripts, a step in CI')
    .option('--dry-run', 'show the changes as a diff, and write nothing')
    .action(bind(runInit))
}

async function runInit(session: Session, { dryRun = false }: { dryRun?: boolean }): Promise<ExitCode> {
  const { output, folder } = session
  const { schemaPath } = await session.project()
  // It brings a TypeScript compiler, which no other command needs.
  const { planInit } = await import('../init/plan-init.js')
  const { formatDiff } = await import('../init/format-diff.js')
  const { writeFiles } = await import('../init/write-files.js')
  const plan = await planInit(folder, schemaPath)
  const pathOf = ({ file }: FileEdit) => relative(folder, file.path).replaceAll('\\', '/')
  const diffs = plan.edits.map((edit) => formatDiff(pathOf(edit), edit.file.text, edit.text))
  if (!dryRun) await writeFiles(plan.edits)
  if (dryRun && diffs.length > 0) output.print(`${diffs.join('\n')}\n`)
  for (const edit of plan.edits)
    output.print(`${output.style('green', dryRun ? 'would change' : 'changed')}  ${pathOf(edit)}  ${edit.what}`)
  if (plan.edits.length === 0) output.print('Everything that init can set up is in place; nothing was changed.')
  for (const left of plan.left) printLeft(output, left)
  if (plan.edits.length > 0) printNextSteps(output, plan.nextSteps)
  output.printJson({
    dryRun,
    changed: plan.edits.map((edit, index) => ({ path: pathOf(edit), what: edit.what, diff: diffs[index] })),
    left: plan.left,
    nextSteps: plan.nextSteps,
  })
  return EXIT_CODE.done
}

function printLeft(output: Output, { place, reason, todo }: LeftAlone): void {
  output.print(`${output.style('yellow', 'left alone')}  ${formatPrintable(`${place}  ${reason}`)}`)
  output.print(`            ${formatPrintable(todo)}`)
}

function printNextSteps(output: Output, steps: readonly string[]): void {
  output.print('\nNext:')
  for (const [index, step] of steps.entries()) output.print(`  ${index + 1}. ${step}`)
}
