import { hostname, userInfo } from 'node:os'
import {
  explainMissing,
  formatTableName,
  type Operation,
  PartmanError,
  type Plan,
  planMaintenance,
  recordApprovals,
  retentionTerms,
  type TablePolicy,
} from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatOperation } from '../format-operation.js'
import { formatCount, formatPrintable } from '../format-text.js'
import type { GlobalOptions, Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface ApproveOptions extends GlobalOptions {
  readonly args: readonly string[]
  readonly dryRun?: boolean
}

/** `partman approve`. */
export function approveCommand(bind: Bind): Command {
  return new Command('approve')
    .description('let a retention that is new, or keeps less than before, take what it would take')
    .argument('<models...>', 'models whose retention is approved of as it is declared now')
    .option('--dry-run', 'show what would go, and approve of nothing')
    .action(bind(runApprove))
}

async function runApprove(session: Session, { args, dryRun = false }: ApproveOptions): Promise<ExitCode> {
  const document = await session.document()
  const chosen = args.map((model) => findTable(document.tables, model))
  const { output } = session
  const approved = await withDatabase(session, async ({ database }) => {
    const { plan } = await planMaintenance(database, document, { approved: true })
    assertSeen(plan, chosen)
    const terms = chosen.map(({ table, policy }) => ({ table, retention: retentionTerms(policy) }))
    if (!dryRun) {
      await recordApprovals(database, terms, `${userInfo().username}@${hostname()}`).catch((error: unknown) => {
        throw explainMissing(error)
      })
    }
    return chosen.map(({ model, table, policy }) => ({
      model,
      table,
      retention: retentionTerms(policy),
      operations: plan.operations.filter((operation) => retires(operation) && formatTableName(operation.table) === formatTableName(table)),
    }))
  })
  for (const { model, operations } of approved) {
    output.print(
      `${formatPrintable(model)}: ${operations.length === 0 ? 'nothing goes at once' : `${formatCount(operations.length, 'step')} at once`}`,
    )
    for (const operation of operations) output.print(`  ${formatOperation(operation, output)}`)
  }
  output.print(dryRun ? '\nNothing was approved of.' : '\nApproved: the retention that is declared now is in force.')
  output.printJson({ dryRun, approved })
  return EXIT_CODE.done
}

/** Whoever approves has to see all that goes: what hides some of it comes first. */
function assertSeen({ findings }: Plan, chosen: readonly TablePolicy[]): void {
  const names = chosen.map(({ table }) => formatTableName(table))
  const hiding = findings.find(({ code, severity, table }) => {
    const isHiding = severity === 'error' || code === 'SIZES_UNREADABLE' || code === 'DEFAULT_PARTITION_PRESENT'
    return code === 'CLOCKS_DISAGREE' || (isHiding && names.includes(formatTableName(table)))
  })
  if (!hiding) return
  throw new PartmanError('APPROVAL_BLIND', `${hiding.message} (${hiding.code}): what would go cannot all be seen`, {
    hint: `${hiding.nextStep} Nothing was approved of.`,
  })
}

function findTable(tables: readonly TablePolicy[], model: string): TablePolicy {
  const found = tables.find((table) => table.model === model)
  if (found) return found
  throw new PartmanError('MODEL_UNKNOWN', `${model} is not a partitioned model`, {
    hint: `Known: ${tables.map((table) => table.model).join(', ') || 'none'}.`,
  })
}

function retires({ kind }: Operation): boolean {
  return kind === 'detach-partition' || kind === 'drop-partition' || kind === 'move-partition'
}
