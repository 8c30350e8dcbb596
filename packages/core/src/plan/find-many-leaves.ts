import { parseDuration } from '../policy/duration.js'
import { policyLevels, tenantsOf, type WindowPolicy } from '../policy/policy.js'
import { countLeaves } from '../state/describe-table.js'
import { formatLevels, fullLeaves } from '../state/full-leaves.js'
import { formatTableName, type State, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import { fewerLeaves, isEndless } from './fewer-leaves.js'
import type { Finding } from './finding.js'

/**
 * From here on PostgreSQL plans a table badly: its manual promises "up to a few thousand partitions", and a query that binds no key locks each
 * leaf and each index of it, which is more than a server in its default configuration has room for (6,400). Measured in docs/limits.md.
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-BEST-PRACTICES
 */
const MANY_LEAVES = 3_000

/** What one leaf adds to planning a query that binds no key, on a connection that has not seen the table. docs/limits.md has the measurements. */
const PLANNING_MS_PER_LEAF = 0.22
const MEMORY_KB_PER_LEAF = 11

/** Finds tables that have, or come to, more leaves than PostgreSQL plans well, and says what to declare instead. */
export function findManyLeaves(wanted: readonly WantedTable[], { tables }: Pick<State, 'tables'>): Finding[] {
  return wanted.flatMap((one) => {
    const { table, model, declaredAt } = one.policy
    const found = tables.find((candidate) => sameTable(candidate, table))
    const now = countLeaves(found?.partitions ?? [])
    const full = fullLeaves(one)
    const most = Math.max(now, full)
    if (most <= MANY_LEAVES) return []
    const comes = full > now ? `, and comes to ${count(full)} as it is declared (${formatLevels(one)})` : ''
    const finding: Finding = {
      table,
      model,
      declaredAt,
      code: 'TOO_MANY_LEAVES',
      severity: 'warning',
      message: `${formatTableName(table)} has ${count(now)} partitions that hold rows${comes}${growth(one)}: with ${count(most)}, planning a query that binds no key takes about ${seconds(most)} and ${megabytes(most)} on each new connection`,
      nextStep: `${advise(one, full)} docs/limits.md has the figures, measured with PostgreSQL 18.`,
    }
    return [finding]
  })
}

function advise(wanted: WantedTable, full: number): string {
  const isOpen = isEndless(wanted)
  if (full <= MANY_LEAVES && !isOpen) return `As it is declared it comes to ${count(full)} again, unless holds keep more.`
  const ways = fewerLeaves(wanted, MANY_LEAVES).map(({ declare, leaves }) => `${declare} (${count(leaves)})`)
  // What they come to depends on how long it lasts.
  if (isOpen) ways.push(...(tenantsOf(wanted.policy.policy) ? ['layout: hash'] : []), 'a longer interval')
  if (ways.length === 0) return 'Declare longer intervals, fewer partitions to keep, or both: nothing is enough by itself.'
  return `Declare ${ways.join(', or ')}. An interval holds for new partitions, a shorter retention once it is approved of; another layout needs a table made anew.`
}

/** What is never retired has no end. */
function growth({ policy }: WantedTable): string {
  const level = policyLevels(policy.policy).find((one): one is WindowPolicy => 'retention' in one && one.retention === null)
  if (!level) return ''
  return `; nothing retires, so each ${level.kind === 'range' ? singular(level.interval) : `${level.interval} numbers`} adds to it`
}

function singular(interval: string): string {
  const { count: length, unit } = parseDuration(interval)
  return length === 1 ? unit : interval
}

function seconds(leaves: number): string {
  return `${((leaves * PLANNING_MS_PER_LEAF) / 1000).toFixed(1)} s`
}

function megabytes(leaves: number): string {
  return `${Math.round((leaves * MEMORY_KB_PER_LEAF) / 1000)} MB`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
