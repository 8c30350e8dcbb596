import { formatTableName, type Operation, type Plan, planMaintenance, renderPlan } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatFinding, isActionable } from '../format-finding.js'
import { formatOperation } from '../format-operation.js'
import { formatPrintable } from '../format-text.js'
import type { Output } from '../output.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

/** As long as the maintainer waits for one lock where nothing else is said. */
const LOCK_TIMEOUT_MS = 200

/** `partman plan`. */
export function planCommand(bind: Bind): Command {
  return new Command('plan')
    .description('show what the next maintenance run would do, and why')
    .option('--sql', 'as the statements that would be sent, each by itself')
    .action(bind(runPlan))
}

async function runPlan(session: Session, { sql = false }: { sql?: boolean }): Promise<ExitCode> {
  const document = await session.document()
  const { plan } = await withDatabase(session, ({ database }) => planMaintenance(database, document))
  if (sql) session.output.print(renderPlan(plan, { lockTimeoutMs: LOCK_TIMEOUT_MS }))
  else printPlan(plan, session.output)
  session.output.printJson(plan)
  return plan.operations.length > 0 || plan.findings.some(isActionable) ? EXIT_CODE.different : EXIT_CODE.done
}

function printPlan({ operations, findings }: Plan, output: Output): void {
  for (const finding of findings) output.print(formatFinding(finding, output))
  if (findings.length > 0) output.print()
  const tables = new Map<string, Operation[]>()
  for (const operation of operations) {
    const name = formatTableName(operation.table)
    tables.set(name, [...(tables.get(name) ?? []), operation])
  }
  for (const [name, steps] of tables) {
    const { model, declaredAt } = steps[0] as Operation
    output.print(`${output.style('bold', formatPrintable(name))}  ${output.style('dim', `${model}, ${declaredAt}`)}`)
    for (const step of steps) output.print(`  ${formatOperation(step, output)}`)
    output.print()
  }
  const count = (kind: Operation['kind']) => operations.filter((operation) => operation.kind === kind).length
  const moves = count('move-partition')
  const indexes = count('create-index') + count('attach-index')
  output.print(
    operations.length === 0
      ? findings.some(isActionable)
        ? 'Nothing that maintenance would do.'
        : 'Nothing to do.'
      : `${count('create-partition')} to create, ${count('detach-partition') + count('finalize-detach')} to detach, ${count('drop-partition')} to drop${moves > 0 ? `, ${moves} to move` : ''}${indexes > 0 ? `, ${indexes} index${indexes === 1 ? '' : 'es'} to build` : ''}.`,
  )
}
