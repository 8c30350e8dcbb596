import { instantBefore } from '../calendar/window.js'
import type { Difference, RetirementCause, TenantRemoval } from '../diff/difference.js'
import { parseDuration } from '../policy/duration.js'
import type { RetentionPolicy } from '../policy/policy.js'
import { formatBound } from '../state/bound.js'
import { proofName } from '../state/default-proof.js'
import { DEFAULT_LOCK_CAPACITY, tablesPerTransaction } from '../state/lock-budget.js'
import { joinName } from '../state/partition-name.js'
import { type DetachedPartition, formatTableName, type Partition } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import { findHeld, type HeldDifference } from './find-held.js'
import { findProblems } from './find-problems.js'
import type { Finding } from './finding.js'
import { locksOfCreation, locksOfReferences, shareUpdateExclusive } from './locks.js'
import type { Operation, PartitionReference, RemovedTenant } from './operation.js'
import { makePlan, type Plan } from './plan.js'
import { planIndexes, type TakenNames } from './plan-indexes.js'
import { splitCreation } from './split-creation.js'

/** What decides about a plan besides the differences. */
export interface PlanContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Names that a new table in the partitions' schema must not take. */
  readonly takenNames: ReadonlySet<string>
  /** How far the database's clock and the process's are apart. */
  readonly clocksApartMs: number
  /** How many tables one step may make. Default: as many as a server in its default configuration has locks for. */
  readonly tablesPerStep?: number
}

/** Clocks further apart than this are not both right, and nothing is retired or dropped by a clock that may be wrong. */
export const MAX_CLOCKS_APART_MS = 5 * 60_000

/**
 * Decides what to do about the differences: what refuses rows goes first, then unfinished detaches are ended, because they block
 * others; everything is provisioned before anything is retired.
 */
export function planChanges(differences: readonly Difference[], context: PlanContext): Plan {
  const release: Operation[] = []
  const finalize: Operation[] = []
  const clear: Operation[] = []
  const create: Operation[] = []
  const history: Operation[] = []
  const takesAll: Operation[] = []
  const retire: Operation[] = []
  const drop: Operation[] = []
  const held: HeldDifference[] = []
  const findings = findProblems(differences)
  const given = new Set<string>()
  const taken: TakenNames = { has: (name) => given.has(name) || context.takenNames.has(name), add: (name) => given.add(name) }
  /** How many partitions each parent has after the plan, beside those that were found. */
  const change = new Map<string, number>()
  const defaults = defaultPartitions(differences)
  const { tablesPerStep = tablesPerTransaction(DEFAULT_LOCK_CAPACITY) } = context

  for (const difference of differences) {
    const { table, model, declaredAt } = difference.wanted.policy
    const common = { table, model, declaredAt }
    switch (difference.kind) {
      case 'partition-missing': {
        const parent = formatTableName(difference.parent)
        change.set(parent, (change.get(parent) ?? 0) + 1)
        // Rows of now have to go somewhere; those of the past can wait. A DEFAULT partition comes after all that is to be beside it.
        const list = isDefault(difference.partition) ? takesAll : difference.time === 'past' ? history : create
        const named = freeName(difference.partition, taken)
        for (const { parent: below, partition } of splitCreation(difference.parent, named, tablesPerStep)) {
          const beside = defaults.get(formatTableName(below))
          list.push({
            ...common,
            kind: 'create-partition',
            transactional: true,
            destroysData: false,
            parent: tableName(below),
            partition,
            holdsPresent: difference.holdsPresent,
            time: difference.time,
            ...(beside ? { beside: { partition: reference(beside.partition), key: beside.key, check: proofName(partition.bound) } } : {}),
            isBeyondLike: difference.isBeyondLike,
            reason: `nothing holds ${formatBound(partition.bound)} yet`,
            locks: locksOfCreation({ parent: below, references: difference.references }, beside?.partition),
          })
        }
        break
      }
      case 'detach-unfinished':
        finalize.push({
          ...common,
          kind: 'finalize-detach',
          transactional: true,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: reference(difference.partition),
          reason: 'its concurrent detach was cut off, and blocks every other one of the same parent',
          locks: [...shareUpdateExclusive(difference.parent), ...locksOfReferences(difference.references, 'SHARE ROW EXCLUSIVE')],
        })
        break
      case 'check-left': {
        const { parent, partition, check } = difference
        release.push({
          ...common,
          kind: 'drop-check',
          transactional: true,
          destroysData: false,
          parent: tableName(parent),
          partition: reference(partition),
          check,
          reason: 'a run that was cut off has left it, and it refuses rows',
          locks: [{ mode: 'ACCESS EXCLUSIVE', on: tableName(partition) }],
        })
        break
      }
      case 'marker-stale':
        clear.push({
          ...common,
          kind: 'clear-marker',
          transactional: true,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: reference(difference.partition),
          reason: 'it is attached, so the mark of its retirement does not hold',
          locks: [],
        })
        break
      case 'partition-expired': {
        const parent = formatTableName(difference.parent)
        // The present and the future stay whatever the retention says.
        if (difference.isCurrent) break
        if (defaults.has(parent)) {
          if (difference.cause.kind === 'tenant-removed') findings.push(tenantKept(difference, difference.cause))
          break
        }
        // Whatever is made comes first, and where that fails nothing is retired.
        const others = difference.siblings + (change.get(parent) ?? 0)
        if (others === 0 && difference.cause.kind !== 'tenant-removed') {
          findings.push({
            ...common,
            code: 'LAST_PARTITION_KEPT',
            severity: 'info',
            message: `${formatTableName(difference.partition)} has passed its retention, and is the last partition of ${parent}`,
            nextStep: 'It is retired once there is a newer one.',
          })
          break
        }
        if (difference.holds.length > 0) {
          held.push(difference)
          break
        }
        change.set(parent, (change.get(parent) ?? 0) - 1)
        retire.push({
          ...common,
          kind: 'detach-partition',
          transactional: false,
          destroysData: false,
          parent: tableName(difference.parent),
          partition: reference(difference.partition),
          tenant: difference.tenant,
          retiredAt: new Date(context.now).toISOString(),
          ...removedTenant(difference.cause, difference.wanted),
          reason: formatCause(difference.cause, difference.upper),
          locks: [...shareUpdateExclusive(difference.parent), ...locksOfReferences(difference.references, 'SHARE ROW EXCLUSIVE')],
        })
        break
      }
      case 'partition-detached': {
        const { expired, partition } = difference
        if (expired === null || expired.afterGrace?.kind === 'keep') break
        if (graceBegan(expired, partition) > instantBefore(context.now, parseDuration(expired.grace), 'UTC')) break
        if (difference.holds.length > 0) {
          held.push(difference)
          break
        }
        const judged = {
          ...common,
          transactional: true as const,
          partition,
          tenant: difference.tenant,
          reason: formatGrace(expired, partition),
          locks: locksOfReferences(difference.references, 'ACCESS EXCLUSIVE'),
        }
        if (expired.afterGrace) {
          const movedAt = new Date(context.now).toISOString()
          drop.push({
            ...judged,
            ...removedTenant(expired, difference.wanted),
            kind: 'move-partition',
            destroysData: false,
            schema: expired.afterGrace.schema,
            movedAt,
          })
        } else drop.push({ ...judged, ...removedTenant(expired, difference.wanted), kind: 'drop-partition', destroysData: true })
        break
      }
      default:
        // A finding, and nothing to do.
        break
    }
  }
  // The mark of what is retired again is replaced: a detach of a killed maintainer may come in between.
  const leaving = new Set(retire.map(({ partition }) => formatTableName(partition)))
  const unmark = clear.filter(({ partition }) => !leaving.has(formatTableName(partition)))
  const sound = [...release, ...finalize, ...unmark, ...create, ...history, ...takesAll]
  const isClockSound = context.clocksApartMs <= MAX_CLOCKS_APART_MS
  // An index takes its time, and may fail: everything else comes first.
  const indexes = planIndexes(differences, isClockSound ? retire : [], taken)
  const operations = isClockSound ? [...sound, ...retire, ...drop, ...indexes.operations] : [...sound, ...indexes.operations]
  const clocks = clocksDisagree([...retire, ...drop], context.clocksApartMs)
  return makePlan(context.now, operations, [...findings, ...(isClockSound ? findHeld(held) : clocks), ...indexes.findings])
}

function tenantKept({ wanted, parent, partition }: Extract<Difference, { kind: 'partition-expired' }>, { key }: TenantRemoval): Finding {
  const { table, model, declaredAt } = wanted.policy
  return {
    table,
    model,
    declaredAt,
    code: 'REMOVED_TENANT_KEPT',
    severity: 'warning',
    message: `${formatTableName(partition)} of the tenant ${JSON.stringify(key)}, which was removed, stays: ${formatTableName(parent)} has a DEFAULT partition`,
    nextStep:
      'PostgreSQL detaches nothing concurrently beside a DEFAULT partition. Delete the rows, or detach the partition yourself while nobody uses the table.',
  }
}

function clocksDisagree(kept: readonly Operation[], apartMs: number): Finding[] {
  const [first] = kept
  if (!first) return []
  const { table, model, declaredAt } = first
  return [
    {
      table,
      model,
      declaredAt,
      code: 'CLOCKS_DISAGREE',
      severity: 'error',
      message: `The clocks of the database and of this process are ${Math.round(apartMs / 1000)} seconds apart; ${kept.length} partitions that seem to have passed their retention are kept`,
      nextStep: 'Set the clocks of both machines (NTP). Provisioning goes on by the clock of the database.',
    },
  ]
}

/** The DEFAULT partition of each parent that has one. */
function defaultPartitions(differences: readonly Difference[]): Map<string, Extract<Difference, { kind: 'default-present' }>> {
  const present = new Map<string, Extract<Difference, { kind: 'default-present' }>>()
  for (const difference of differences) {
    if (difference.kind === 'default-present') present.set(formatTableName(difference.parent), difference)
  }
  return present
}

function isDefault({ bound }: Partition): boolean {
  return bound.kind === 'default'
}

function removedTenant(cause: RetirementCause, { partitionSchema }: WantedTable): { removed?: RemovedTenant } {
  if (cause.kind !== 'tenant-removed') return {}
  const { tenants, key, removal } = cause
  return { removed: { partitionSchema, tenants, key, graceFrom: removal.graceFrom } }
}

/** What was retired before its tenant was removed waits anew: whoever has removed it by mistake has as long as for everything else. */
function graceBegan(expired: RetirementCause, { marker }: Pick<DetachedPartition, 'marker'>): number {
  const retiredAt = Date.parse(marker.retiredAt)
  return expired.kind === 'tenant-removed' ? Math.max(retiredAt, Date.parse(expired.removal.graceFrom)) : retiredAt
}

function formatGrace(expired: RetirementCause, { marker }: Pick<DetachedPartition, 'marker'>): string {
  const over = `retired at ${marker.retiredAt}, and its grace period of ${expired.grace} is over`
  return expired.kind === 'tenant-removed'
    ? `its tenant ${JSON.stringify(expired.key)} was removed at ${expired.removal.removedAt}; ${over}`
    : over
}

function formatCause(cause: RetirementCause, upper: string): string {
  if (cause.kind === 'tenant-removed') return `its tenant ${JSON.stringify(cause.key)} was removed`
  return `${formatRetention(cause)}: it ends at ${upper}`
}

function formatRetention(retention: RetentionPolicy): string {
  switch (retention.kind) {
    case 'age':
      return `its last row is older than ${retention.after}`
    case 'count':
      return `there are ${retention.partitions} newer ones before the present`
    case 'size':
      return `with it the series takes more than ${retention.size}`
  }
}

function tableName({ schema, name }: { readonly schema: string; readonly name: string }): { schema: string; name: string } {
  return { schema, name }
}

function reference(partition: Partition): PartitionReference {
  return { ...tableName(partition), oid: partition.oid ?? '', bound: partition.bound }
}

/** Gives a partition, and those below it, names that nothing bears yet. */
function freeName(partition: Partition, taken: TakenNames): Partition {
  let name = partition.name
  for (let n = 2; taken.has(name); n++) name = joinName(partition.name, `x${n}`)
  taken.add(name)
  return { ...partition, name, partitions: partition.partitions.map((child) => freeName(child, taken)) }
}
