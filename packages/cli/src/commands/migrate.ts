import { relative } from 'node:path'
import {
  formatTableName,
  type MigrationFile,
  type MigrationPlan,
  PartmanError,
  type PendingIndex,
  renderMigration,
  replaceMigration,
  type TriggerStep,
  writeMigration,
} from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { createPrismaMigration } from '../create-prisma-migration.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatFinding, type ShownFinding } from '../format-finding.js'
import { formatPrintable } from '../format-text.js'
import { MigrationRefused } from '../migration-refused.js'
import { planMigrations } from '../plan-migrations.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

/** The name of partman's own migration where none is given, and what is added to the name of Prisma's. */
const DEFAULT_NAME = 'partitions'

interface MigrateOptions {
  readonly name?: string
  readonly allowDestructive?: boolean
}

/** `partman migrate` and `partman migrate dev`. */
export function migrateCommand(bind: Bind): Command {
  const dev = new Command('dev')
    .description('run `prisma migrate dev --create-only`, then partition what it made')
    .action(bind(runMigrateDev))
  return new Command('migrate')
    .description('write migration files: make new tables partitioned, add bookkeeping and first partitions')
    .option('--name <name>', 'name of the migration')
    .option('--allow-destructive', 'also where a pending migration drops a partitioned table with its rows')
    .action(bind(runMigrate))
    .addCommand(dev)
}

async function runMigrateDev(session: Session, { name, ...options }: MigrateOptions): Promise<ExitCode> {
  // Before anything is written: a stale document would partition by what was asked for yesterday.
  await session.document()
  if (name === undefined && !process.stdin.isTTY) {
    throw new PartmanError('MIGRATION_NAME_INVALID', 'The migration has no name, and there is no terminal to ask for one', {
      hint: 'Pass `--name <name>`.',
    })
  }
  await createPrismaMigration(session, name)
  return runMigrate(session, { ...options, name: name === undefined ? DEFAULT_NAME : `${name} ${DEFAULT_NAME}` })
}

async function runMigrate(session: Session, { name = DEFAULT_NAME, allowDestructive = false }: MigrateOptions): Promise<ExitCode> {
  const document = await session.document()
  const { migrationsFolder } = await session.project()
  const { plan, findings } = await withDatabase(session, (open) =>
    planMigrations(open, document, { migrationsFolder, allowDrops: allowDestructive }),
  )
  const refusals = plan.kind === 'refused' ? plan.refusals : []
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (plan.kind === 'refused' || errors.length > 0) throw new MigrationRefused(refusals, errors)
  for (const finding of findings) session.output.print(formatFinding(finding, session.output))
  if (plan.kind === 'nothing') {
    session.output.print('Nothing to write: the migrations have all that the annotations ask for.')
    session.output.print('Interval, premake, retention and the like are no part of them: the maintainer goes by the annotation.')
    reportLeftIndexes(session, plan.leftIndexes)
    session.output.printJson({ edited: [], written: null, findings })
    return EXIT_CODE.done
  }
  // Rendered before the first write: where it fails nothing is written.
  const script = renderMigration(document, plan)
  for (const { migration, sql } of plan.edits) await replaceMigration(migration, sql)
  const written = script === null ? null : await writeMigration(migrationsFolder, name, script, new Date())
  reportWritten(session, plan, written, findings)
  return EXIT_CODE.done
}

function reportWritten(
  { output, folder }: Session,
  plan: MigrationPlan & { kind: 'write' },
  written: MigrationFile | null,
  findings: readonly ShownFinding[],
): void {
  const wholeIndexes = plan.edits.flatMap(({ indexes = [] }) => indexes.filter(({ name }) => name !== null))
  const pathOf = ({ path }: MigrationFile) => relative(folder, path)
  for (const { migration, tables, indexes = [] } of plan.edits) {
    const names = tables.map(({ table }) => formatPrintable(formatTableName(table))).join(', ')
    if (names !== '') output.print(`${output.style('yellow', 'edited')}   ${pathOf(migration)}  ${names} partitioned`)
    for (const index of indexes) {
      output.print(
        `${output.style('yellow', 'edited')}   ${pathOf(migration)}  ${formatIndex(index)}: ON ONLY, the maintainer builds it on the partitions`,
      )
    }
  }
  reportLeftIndexes({ output, folder }, plan.leftIndexes)
  if (written) {
    const content = [
      plan.bookkeeping ? 'bookkeeping' : '',
      plan.firstPartitions.length > 0 ? 'first partitions' : '',
      wholeIndexes.length > 0 ? 'indexes of partitions without rows' : '',
      ...(plan.triggers ?? []).map(formatTriggerStep),
    ]
    output.print(`${output.style('green', 'written')}  ${pathOf(written)}  ${content.filter(Boolean).join(', ')}`)
  }
  output.print('\nRead them, then apply them: `prisma migrate dev` here, `prisma migrate deploy` elsewhere.')
  if (plan.edits.length > 0) output.print('An edited migration must not have been deployed anywhere yet.')
  output.printJson({
    edited: plan.edits.map(({ migration, tables, indexes = [] }) => ({
      name: migration.name,
      path: pathOf(migration),
      tables: tables.map(({ table }) => table),
      indexes: indexes.map(({ policy, name }) => ({ table: policy.table, name })),
    })),
    written: written && {
      name: written.name,
      path: pathOf(written),
      bookkeeping: plan.bookkeeping,
      firstPartitions: plan.firstPartitions.map(({ table }) => table),
      indexes: wholeIndexes.map(({ policy, name }) => ({ table: policy.table, name })),
      ...(plan.triggers && {
        triggers: plan.triggers.map((step) =>
          step.kind === 'drop-trigger'
            ? { kind: step.kind, tenants: step.tenants }
            : { kind: step.kind, tenants: step.trigger.tenants, table: step.trigger.source.table },
        ),
      }),
    },
    findings,
  })
}

function formatTriggerStep(step: TriggerStep): string {
  return step.kind === 'drop-trigger'
    ? `no trigger any more for ${step.tenants}`
    : `trigger of ${formatPrintable(formatTableName(step.trigger.source.table))}`
}

/** What has perhaps been deployed elsewhere stays as it is; who knows better can write the word. */
function reportLeftIndexes({ output, folder }: Pick<Session, 'output' | 'folder'>, indexes: readonly PendingIndex[] = []): void {
  for (const index of indexes) {
    const place = `${relative(folder, index.migration.path)}:${index.position}`
    output.print(
      `${output.style('yellow', 'left')}     ${place}  ${formatIndex(index)} is built on all partitions at once, and no row is written meanwhile`,
    )
    output.print('         Where it was never deployed, write ON ONLY instead of ON; other than the newest, partman changes no migration.')
  }
}

function formatIndex({ name, policy }: PendingIndex): string {
  return formatPrintable(`index ${name ?? '(unnamed)'} of ${formatTableName(policy.table)}`)
}
