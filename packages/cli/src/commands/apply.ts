import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { createMaintainer, PartmanError, type Plan } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import type { ExitCode } from '../exit-code.js'
import { hooksOption, loadHooks } from '../load-hooks.js'
import { exitCodeOf, printReport, progressLogger } from '../report-run.js'
import type { GlobalOptions, Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface ApplyOptions extends GlobalOptions {
  readonly args: readonly string[]
  readonly allowDestructive?: boolean
  readonly hooks?: string
}

/** `partman apply`. */
export function applyCommand(bind: Bind): Command {
  return new Command('apply')
    .description('do what a plan says, if it would be the same plan now')
    .argument('<plan>', 'file with the output of `partman plan --json`')
    .option('--allow-destructive', 'also where the plan drops partitions')
    .addOption(hooksOption())
    .action(bind(runApply))
}

async function runApply(session: Session, { args, allowDestructive = false, hooks: module }: ApplyOptions): Promise<ExitCode> {
  const document = await session.document()
  const { output } = session
  const plan = await readPlan(session.folder, args[0] ?? '')
  const drops = plan.operations.filter(({ destroysData }) => destroysData).length
  if (drops > 0 && !allowDestructive) {
    throw new PartmanError(
      'PLAN_DESTRUCTIVE',
      `The plan drops ${drops} partition${drops === 1 ? '' : 's'} with all rows in ${drops === 1 ? 'it' : 'them'}`,
      {
        hint: 'Look at it once more, then add --allow-destructive. Nothing was changed.',
      },
    )
  }
  const hooks = await loadHooks(session.folder, module)
  const report = await withDatabase(session, ({ database }) =>
    createMaintainer({ document, database, hooks, logger: progressLogger(output) }).applyPlan(plan),
  )
  output.progress()
  printReport(report, output)
  output.printJson(report)
  return exitCodeOf(report)
}

/** What the file says is shown to people and not trusted: the plan is made again before anything is done. */
async function readPlan(folder: string, path: string): Promise<Plan> {
  let plan: Partial<Plan> | null
  try {
    plan = JSON.parse(await readFile(isAbsolute(path) ? path : join(folder, path), 'utf8')) as Partial<Plan> | null
  } catch (cause) {
    throw new PartmanError('PLAN_UNREADABLE', `${path} cannot be read as a plan: ${(cause as Error).message}`, {
      hint: 'Write one with `partman plan --json > plan.json`.',
      cause,
    })
  }
  const isPlan =
    plan?.version === 1 &&
    typeof plan.fingerprint === 'string' &&
    Array.isArray(plan.operations) &&
    !Number.isNaN(Date.parse(plan.now ?? ''))
  if (isPlan) return plan as Plan
  throw new PartmanError('PLAN_UNREADABLE', `${path} is not a plan`, { hint: 'Write one with `partman plan --json > plan.json`.' })
}
