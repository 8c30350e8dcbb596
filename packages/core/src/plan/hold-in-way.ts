import { formatBound } from '../state/bound.js'
import type { DefaultPlace, SeenRows } from '../state/default-rows.js'
import { formatTableName } from '../state/state.js'
import { defaultHoldsRows, formatKeys, formatRowCount } from './describe-default.js'
import type { Finding } from './finding.js'
import type { BesideDefault, CreatePartition, Operation } from './operation.js'
import { makePlan, type Plan } from './plan.js'

/** What is known of a DEFAULT partition. */
export type DefaultEvidence = DefaultPlace &
  (
    | { readonly why: string }
    | {
        readonly bytes: number
        /** null: nothing was looked at, as there is no row, or they are on another server. */
        readonly all: SeenRows | null
        /** Rows that belong to a partition that is to be made, and the statements that would move them. */
        readonly inWay: ReadonlyMap<Operation, { readonly seen: SeenRows; readonly moving: string }>
      }
  )

/**
 * ATTACH scans so many bytes in a few milliseconds. Where rows of the present may come at any moment, it is better to let them wait for
 * that long than to refuse them while a CHECK is validated.
 */
const SCANNED_AT_ONCE = 8 * 1024 * 1024

interface Held {
  readonly operation: CreatePartition
  readonly seen: SeenRows
  readonly moving: string
}

/** Leaves out what rows in a DEFAULT partition stand in the way of, says how the others are proven free, and tells what DEFAULT partitions hold. */
export function holdInWay(plan: Plan, defaults: readonly DefaultEvidence[], now: number): Plan {
  if (defaults.length === 0) return plan
  const known = new Map(defaults.map((one) => [one.partition.oid, one]))
  const [blocked, unread] = [new Map<DefaultEvidence, Held[]>(), new Map<DefaultEvidence, CreatePartition[]>()]
  const unmade = new Set<string>()
  const leaveOut = (operation: CreatePartition): Operation[] => {
    unmade.add(formatTableName(operation.partition))
    return []
  }
  const operations = plan.operations.flatMap((operation): Operation[] => {
    if (operation.kind !== 'create-partition') return [operation]
    // A subtree may be made in several steps.
    if (unmade.has(formatTableName(operation.parent))) return leaveOut(operation)
    const { beside } = operation
    const evidence = beside && known.get(beside.partition.oid)
    if (!beside || !evidence) return [operation]
    const inWay = 'inWay' in evidence ? evidence.inWay.get(operation) : undefined
    if (inWay && inWay.seen.rows > 0) {
      add(blocked, evidence, { operation, ...inWay })
      return leaveOut(operation)
    }
    const check = checkFor(operation, beside, evidence)
    if (check === undefined) {
      add(unread, evidence, operation)
      return leaveOut(operation)
    }
    return [{ ...operation, beside: { ...beside, check } }]
  })
  const findings = defaults.flatMap((evidence) => {
    const kept = unread.get(evidence) ?? []
    return [
      ...rowsInWay(evidence, blocked.get(evidence) ?? []),
      ...('why' in evidence || kept.length > 0 ? [unreadable(evidence, kept)] : []),
      ...('why' in evidence || evidence.all === null ? [] : defaultHoldsRows(evidence, evidence.all, now)),
    ]
  })
  return makePlan(Date.parse(plan.now), operations, [...plan.findings, ...findings])
}

/** The CHECK that a creation needs; undefined where none can be put there. */
function checkFor({ holdsPresent }: CreatePartition, { check }: BesideDefault, evidence: DefaultEvidence): string | null | undefined {
  if ('why' in evidence) return undefined
  if (evidence.bytes === 0 || (holdsPresent && evidence.bytes <= SCANNED_AT_ONCE)) return null
  return evidence.partition.alien ? undefined : check
}

function rowsInWay({ wanted, partition, key }: DefaultEvidence, held: readonly Held[]): Finding[] {
  const [first] = held
  if (!first) return []
  const { operation, seen, moving } = first
  const more = held.length === 1 ? '' : `, nor ${held.length - 1} more for the same reason`
  return [
    {
      ...placeOf(wanted),
      code: 'DEFAULT_ROWS_IN_WAY',
      severity: held.some((one) => one.operation.holdsPresent) ? 'error' : 'warning',
      message: `${formatTableName(partition)} holds ${formatRowCount(seen, 'in-way')} of ${formatBound(operation.partition.bound)}, ${formatKeys(key, seen)}: ${formatTableName(operation.partition)} cannot be made${more}`,
      nextStep: `Such rows go on to the DEFAULT partition until they are moved. ${moving}`,
    },
  ]
}

function unreadable(evidence: DefaultEvidence, kept: readonly CreatePartition[]): Finding {
  const { wanted, partition } = evidence
  const why =
    'why' in evidence
      ? `cannot be looked at: ${evidence.why}`
      : `is not partman's own, so no CHECK can prove that it holds no row of what is to be made beside it`
  return {
    ...placeOf(wanted),
    code: 'DEFAULT_UNREADABLE',
    severity: kept.some((one) => one.holdsPresent) ? 'error' : 'warning',
    message: `The DEFAULT partition ${formatTableName(partition)} ${why}`,
    nextStep: `Where a lock was in the way, the next run looks again; otherwise make the role that partman runs as its owner. ${kept.length === 0 ? 'Nothing waits for it.' : `Until then ${kept.length === 1 ? '1 partition is' : `${kept.length} partitions are`} not made beside it.`}`,
  }
}

function placeOf({ policy: { table, model, declaredAt } }: DefaultEvidence['wanted']): Pick<Finding, 'table' | 'model' | 'declaredAt'> {
  return { table, model, declaredAt }
}

function add<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
