import { instantBefore } from '../calendar/window.js'
import type { Difference } from '../diff/difference.js'
import type { RangePolicy, TablePolicy } from '../policy/document.js'
import { parseDuration } from '../policy/duration.js'
import { formatBound } from '../state/bound.js'
import { joinName } from '../state/partition-name.js'
import { formatPosition, parsePosition } from '../state/position.js'
import { formatTableName, type Partition, type PartitionKey } from '../state/state.js'
import type { Finding } from './finding.js'
import type { Operation } from './operation.js'
import { makePlan, type Plan } from './plan.js'
import { planIndexes } from './plan-indexes.js'

export interface PlanContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Names that a new table in the partitions' schema must not take. */
  readonly takenNames: ReadonlySet<string>
  /** How far the database's clock and the process's are apart. */
  readonly clocksApartMs: number
}

/** Clocks further apart than this are not both right, and nothing is retired or dropped by a clock that may be wrong. */
export const MAX_CLOCKS_APART_MS = 5 * 60_000

/**
 * Decides what to do about the differences: unfinished detaches are ended first, because they block others; everything is
 * provisioned before anything is retired.
 */
export function planChanges(differences: readonly Difference[], context: PlanContext): Plan {
  const finalize: Operation[] = []
  const clear: Operation[] = []
  const create: Operation[] = []
  const retire: Operation[] = []
  const drop: Operation[] = []
  const findings: Finding[] = []
  const taken = new Set(context.takenNames)
  /** How many partitions each parent has after the plan, beside those that were found. */
  const change = new Map<string, number>()
  const blocked = new Set<string>()

  for (const difference of differences) {
    const { policy } = difference.wanted
    const common = { table: policy.table, model: policy.model, declaredAt: policy.declaredAt }
    switch (difference.kind) {
      case 'table-missing':
        findings.push({
          ...common,
          code: 'TABLE_MISSING',
          severity: 'error',
          message: `${formatTableName(policy.table)} is not in the database`,
          nextStep: 'Run `partman migrate --name <name>` and deploy the migration.',
        })
        break
      case 'table-plain':
        findings.push({
          ...common,
          code: 'TABLE_NOT_PARTITIONED',
          severity: 'error',
          message: `${formatTableName(policy.table)} is a plain table, not a partitioned one`,
          nextStep:
            'A table is partitioned when it is created. Where it may be empty, drop and create it in a new migration and run `partman migrate`; otherwise take the annotation off until its rows can be moved.',
        })
        break
      case 'key-different':
        findings.push({
          ...common,
          code: 'PARTITION_KEY_DIFFERENT',
          severity: 'error',
          message: `${formatTableName(difference.at)} is ${formatKey(difference.foundKey)}; what is declared is ${formatKey(difference.wantedKey)}`,
          nextStep:
            'PostgreSQL cannot change a partition key. Declare the key that the table has, or create the table anew. A column that is to have another name is renamed in a migration: ALTER TABLE ... RENAME COLUMN ... TO.',
        })
        break
      case 'default-present':
        blocked.add(formatTableName(difference.parent))
        findings.push({
          ...common,
          code: 'DEFAULT_PARTITION_PRESENT',
          severity: 'warning',
          message: `${formatTableName(difference.parent)} has the DEFAULT partition ${formatTableName(difference.partition)}`,
          nextStep:
            'PostgreSQL detaches nothing concurrently beside a DEFAULT partition, so nothing is retired here. Detach it once it is empty.',
        })
        break
      case 'partition-missing':
        change.set(formatTableName(difference.parent), (change.get(formatTableName(difference.parent)) ?? 0) + 1)
        create.push({
          ...common,
          kind: 'create-partition',
          transactional: true,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: freeName(difference.partition, taken),
          reason: `nothing holds ${formatBound(difference.partition.bound)} yet`,
          lock: { mode: 'SHARE UPDATE EXCLUSIVE', on: tableName(difference.parent) },
        })
        break
      case 'detach-unfinished':
        finalize.push({
          ...common,
          kind: 'finalize-detach',
          transactional: true,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: { ...tableName(difference.partition), oid: difference.partition.oid ?? '', bound: difference.partition.bound },
          reason: 'its concurrent detach was cut off, and blocks every other one of the same parent',
          lock: { mode: 'SHARE UPDATE EXCLUSIVE', on: tableName(difference.parent) },
        })
        break
      case 'marker-stale':
        clear.push({
          ...common,
          kind: 'clear-marker',
          transactional: true,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: { ...tableName(difference.partition), oid: difference.partition.oid ?? '', bound: difference.partition.bound },
          reason: 'it is attached, so the mark of its retirement does not hold',
          lock: { mode: 'none', on: null },
        })
        break
      case 'partition-expired': {
        const parent = formatTableName(difference.parent)
        // The present and the future stay whatever the retention says.
        if (difference.upper > difference.wanted.present || blocked.has(parent)) break
        // Whatever is made comes first, and where that fails nothing is retired.
        const others = difference.siblings + (change.get(parent) ?? 0)
        if (others === 0) {
          findings.push({
            ...common,
            code: 'LAST_PARTITION_KEPT',
            severity: 'info',
            message: `${formatTableName(difference.partition)} has passed its retention, and is the last partition of ${parent}`,
            nextStep: 'It is retired once there is a newer one.',
          })
          break
        }
        change.set(parent, (change.get(parent) ?? 0) - 1)
        const range = rangeOf(policy)
        retire.push({
          ...common,
          kind: 'detach-partition',
          transactional: false,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: { ...tableName(difference.partition), oid: difference.partition.oid ?? '', bound: difference.partition.bound },
          retiredAt: new Date(context.now).toISOString(),
          reason: `its last row is older than ${range.retention?.after}: it ends at ${formatPosition(range.by.type, difference.upper)}`,
          lock: { mode: 'SHARE UPDATE EXCLUSIVE', on: tableName(difference.parent) },
        })
        break
      }
      case 'index-missing':
      case 'index-unnoticed':
      case 'index-broken':
        // Looked at below, once it is known what is retired.
        break
      case 'partition-detached': {
        const range = rangeOf(policy)
        if (range.retention === null || !isExpired(difference)) break
        const { grace } = range.retention
        if (Date.parse(difference.partition.marker.retiredAt) > instantBefore(context.now, parseDuration(grace), 'UTC')) break
        drop.push({
          ...common,
          kind: 'drop-partition',
          transactional: true,
          destroysData: true,
          partition: difference.partition,
          reason: `retired at ${difference.partition.marker.retiredAt}, and its grace period of ${grace} is over`,
          lock: { mode: 'none', on: null },
        })
        break
      }
    }
  }
  if (context.clocksApartMs > MAX_CLOCKS_APART_MS && retire.length + drop.length > 0) {
    const { table, model, declaredAt } = [...retire, ...drop][0]!
    findings.push({
      table,
      model,
      declaredAt,
      code: 'CLOCKS_DISAGREE',
      severity: 'error',
      message: `The clocks of the database and of this process are ${Math.round(context.clocksApartMs / 1000)} seconds apart; ${retire.length + drop.length} partitions that seem to have passed their retention are kept`,
      nextStep: 'Set the clocks of both machines (NTP). Provisioning goes on by the clock of the database.',
    })
    const indexes = planIndexes(differences, [], taken)
    return makePlan(context.now, [...finalize, ...clear, ...create, ...indexes.operations], [...findings, ...indexes.findings])
  }
  // An index takes its time, and may fail: everything else comes first.
  const indexes = planIndexes(differences, retire, taken)
  return makePlan(
    context.now,
    [...finalize, ...clear, ...create, ...retire, ...drop, ...indexes.operations],
    [...findings, ...indexes.findings],
  )
}

/** The retention may have been lengthened since the partition was detached; then it is kept, as is one whose bound says no time. */
function isExpired({ wanted, partition }: Extract<Difference, { kind: 'partition-detached' }>): boolean {
  const { bound } = partition.marker
  const upper = bound.kind === 'range' && bound.to.length === 1 ? parsePosition(bound.to[0] ?? 'maxvalue') : undefined
  return typeof upper === 'bigint' && wanted.retireBefore !== null && upper <= wanted.retireBefore
}

function rangeOf({ policy }: TablePolicy): RangePolicy {
  return policy.kind === 'range' ? policy : policy.subpartition
}

function tableName({ schema, name }: { readonly schema: string; readonly name: string }): { schema: string; name: string } {
  return { schema, name }
}

/** Gives a partition, and those below it, names that nothing bears yet. */
function freeName(partition: Partition, taken: Set<string>): Partition {
  let name = partition.name
  for (let n = 2; taken.has(name); n++) name = joinName(partition.name, `x${n}`)
  taken.add(name)
  return { ...partition, name, partitions: partition.partitions.map((child) => freeName(child, taken)) }
}

function formatKey(key: PartitionKey | null): string {
  if (!key) return 'not partitioned'
  return `partitioned by ${key.method.toUpperCase()} (${key.columns.map((column) => column ?? 'an expression').join(', ')})`
}
