import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LeftAlone } from './left-alone.js'
import type { ProjectManifest } from './project-manifest.js'
import { applyReplacements, type FileEdit, readText, type TextFile } from './text-file.js'
import { readWorkflow, type WorkflowJob, type WorkflowStep } from './workflow-steps.js'

const WORKFLOWS = '.github/workflows'
const MIGRATES = /\bprisma\s+migrate\s+(deploy|dev|reset)\b/
/** What tells that there is a server; a DATABASE_URL alone may be made up, for `prisma generate`. */
const STARTS_POSTGRES = /\bimage:.*postg|\bsetup-postgres|\bpostgres(ql)?-action|\bdocker[ -]compose\b/i
const USES_DATABASE = /\bprisma\s|\b(npm|pnpm|yarn|bun)\s+(run\s+|run-script\s+)?(test|t)\b/

interface Candidate {
  readonly file: TextFile
  readonly head: string
  readonly job: WorkflowJob
  readonly step: WorkflowStep
  readonly migrates: boolean
}

/**
 * Adds `partman check` to the job of a GitHub workflow that has a migrated database, behind the step that migrated it; failing that, to one that
 * starts PostgreSQL and runs Prisma or the tests, where the step migrates first. Otherwise the step is a person's to add.
 */
export async function addCiStep(folder: string, manifest: ProjectManifest): Promise<{ edit?: FileEdit; left?: LeftAlone }> {
  const files = await Promise.all(listWorkflows(folder).map(readText))
  if (files.some(({ text }) => /^[^#\n]*partman(:| )check\b/m.test(text))) return {}
  const found = files.flatMap((file) => candidatesIn(file))
  const chosen = found.find(({ migrates }) => migrates) ?? found[0]
  if (!chosen) return { left: byHand(files.length, manifest) }
  const { file, step } = chosen
  const at = offsetOfLine(file.text, step.to)
  const lines = stepLines(chosen, manifest)
  const isSpaced = /\n[^\S\n]*\r?\n[^\S\n]*- /.test(file.text.slice(offsetOfLine(file.text, chosen.job.steps[0]?.from ?? 0)))
  const text = `${isSpaced ? '\n' : ''}${lines.join('\n')}\n`
  const isUnended = at === file.text.length && !file.text.endsWith('\n')
  return {
    edit: {
      file,
      text: applyReplacements(file, [{ start: at, end: at, text: isUnended ? `\n${text.trimEnd()}` : text }]),
      what: `a step in the job ${chosen.job.name}`,
    },
  }
}

function listWorkflows(folder: string): string[] {
  const path = join(folder, WORKFLOWS)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

function candidatesIn(file: TextFile): Candidate[] {
  const workflow = readWorkflow(file.text)
  return (workflow?.jobs ?? []).flatMap((job): Candidate[] => {
    const migrating = job.steps.findLast((step) => MIGRATES.test(codeOf(step)))
    const all = [workflow?.head, job.settings, ...job.steps.map(codeOf)].join('\n')
    // Anchors may stand for what is not seen here.
    if (/^\s*(- )?([\w-]+:\s*)?[&*][\w-]+\s*$/m.test(all)) return []
    if (migrating) return [{ file, head: workflow?.head ?? '', job, step: migrating, migrates: true }]
    const last = job.steps.findLast((step) => USES_DATABASE.test(codeOf(step)))
    // `db push` keeps no migrations, which `migrate deploy` would then trip over.
    if (!last || !/\bDATABASE_URL\b/.test(all) || !STARTS_POSTGRES.test(all) || /\bprisma\s+db\s+push\b/.test(all)) return []
    return [{ file, head: workflow?.head ?? '', job, step: last, migrates: false }]
  })
}

/** The step without its comments. */
function codeOf({ lines }: WorkflowStep): string {
  return lines.filter((line) => !/^\s*#/.test(line)).join('\n')
}

function stepLines({ job, step, migrates }: Candidate, manifest: ProjectManifest): string[] {
  const isGenerated = /\bprisma\s+generate\b/.test(
    [...job.steps.map(codeOf), ...['postinstall', 'prepare'].map((name) => manifest.scripts[name] ?? '')].join('\n'),
  )
  const commands = [...(isGenerated ? [] : ['prisma generate']), ...(migrates ? [] : ['prisma migrate deploy']), 'partman check'].map(
    (command) => `${manifest.manager.exec} ${command}`,
  )
  const inner = `${step.indent}  `
  return [
    `${step.indent}- name: Check the partitions`,
    ...(commands.length === 1 ? [`${inner}run: ${commands[0]}`] : [`${inner}run: |`, ...commands.map((command) => `${inner}  ${command}`)]),
    ...['if', 'shell', 'working-directory', 'env'].flatMap((name) => settingLines(step, name, inner)),
  ]
}

/** The lines of a setting of a step, for another step: when and where it runs, and which database it sees. */
function settingLines(step: WorkflowStep, name: string, indent: string): string[] {
  const lines = step.lines.map((line, index) => (index === 0 ? line.replace('- ', '  ') : line))
  const at = lines.findIndex((line) => line.startsWith(`${indent}${name}:`))
  if (at === -1) return []
  const end = lines.findIndex((line, index) => index > at && line.trim() !== '' && !line.startsWith(`${indent} `))
  return lines.slice(at, end === -1 ? undefined : end)
}

function byHand(workflows: number, { manager }: ProjectManifest): LeftAlone {
  const command = `${manager.exec} partman check`
  return {
    place: WORKFLOWS,
    reason:
      workflows === 0
        ? 'there is no GitHub workflow'
        : 'no job there has a database that `prisma migrate` has been at, as far as can be told',
    todo: `In CI, after \`prisma generate\` and \`prisma migrate deploy\`, with DATABASE_URL set, run \`${command}\`.`,
  }
}

function offsetOfLine(text: string, line: number): number {
  const newline = /\n/g
  for (let at = 0; at < line; at++) if (!newline.exec(text)) return text.length
  return newline.lastIndex
}
