import {
  explainMissing,
  formatTableName,
  isRetirement,
  type Operation,
  PartmanError,
  type Plan,
  planMaintenance,
  recordApprovals,
  retentionTerms,
  type TableName,
  type TablePolicy,
} from '@partman/core'
import { Command } from 'commander'
import { currentActor } from '../actor.js'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { findTable } from '../find-table.js'
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
    const terms = chosen.map(({ table, policy }) => ({
      table,
      retention: retentionTerms(policy),
      partitions: operationsOf(plan, table).map(({ partition }) => partition.oid ?? ''),
    }))
    if (!dryRun) {
      await recordApprovals(database, terms, currentActor()).catch((error: unknown) => {
        throw explainMissing(error)
      })
    }
    return chosen.map(({ model, table, policy }) => ({
      model,
      table,
      retention: retentionTerms(policy),
      operations: operationsOf(plan, table),
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

function operationsOf({ operations }: Plan, table: TableName): Operation[] {
  return operations.filter((operation) => isRetirement(operation) && formatTableName(operation.table) === formatTableName(table))
}
