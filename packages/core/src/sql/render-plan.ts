import type { Operation } from '../plan/operation.js'
import type { Plan } from '../plan/plan.js'
import { formatBound } from '../state/bound.js'
import { formatTableName } from '../state/state.js'
import type { RenderOptions } from './guarded-block.js'
import { renderOperation } from './render-operation.js'
import { comment, joinSql, type Sql, sql } from './sql.js'

const KINDS: Readonly<Record<Operation['kind'], string>> = {
  'create-partition': 'make',
  'detach-partition': 'retire',
  'finalize-detach': 'end the detach of',
  'clear-marker': 'unmark',
  'drop-check': 'take a CHECK off',
  'create-index': 'make an index of',
  'attach-index': 'attach an index of',
  'drop-partition': 'drop',
  'move-partition': 'move to another schema',
}

/**
 * Writes a plan as a script for people to read, and to run where partman may not: the statements that maintenance would send, with
 * what each step is for. Each statement is to be sent by itself, outside a transaction, as psql does.
 */
export function renderPlan(plan: Plan, options: RenderOptions): Sql {
  const heading = comment(
    `partman plan of ${plan.now}, fingerprint ${plan.fingerprint}\nEach statement is sent by itself, outside a transaction, in this order; stop at the first error (psql -v ON_ERROR_STOP=1): what follows it relies on it.`,
  )
  const findings = plan.findings.map(({ severity, message, code }) => comment(`${severity}: ${message} (${code})`))
  return joinSql([heading, ...findings, ...plan.operations.map((operation) => renderStep(operation, options)), sql``], '\n')
}

function renderStep(operation: Operation, options: RenderOptions): Sql {
  return sql`\n${joinSql([comment(describe(operation)), ...renderOperation(operation, options).map((statement) => sql`${statement};`)], '\n')}`
}

function describe(operation: Operation): string {
  const { kind, model, declaredAt, reason, locks, destroysData, partition } = operation
  const bound = formatBound('bound' in partition ? partition.bound : partition.marker.bound)
  const held = locks.map(({ mode, on }) => `${mode} on ${formatTableName(on)}`).join(', ')
  return [
    `${model}, ${declaredAt}: ${KINDS[kind]} ${formatTableName(partition)}, ${bound}`,
    `why: ${reason}`,
    `locks: ${held === '' ? 'no table that is in use' : held}`,
    destroysData ? 'DESTROYS ROWS: all that are in it.' : 'destroys no row',
  ].join('\n')
}
