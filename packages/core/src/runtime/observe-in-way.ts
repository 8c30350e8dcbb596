import { observeBytes, observeDefaults } from '../catalog/observe-defaults.js'
import type { DefaultEvidence } from '../plan/hold-in-way.js'
import type { CreatePartition } from '../plan/operation.js'
import type { Plan } from '../plan/plan.js'
import type { Database } from '../sql/database.js'
import { describeMoving } from '../sql/render-moving.js'
import { type DefaultPlace, defaultPlaces, type SeenDefault } from '../state/default-rows.js'
import { type Partition, type Referrer, type State, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import { type ReadApart, readApart } from './read-apart.js'

/** So many DEFAULT partitions with rows are looked at in one statement: each is locked, with its indexes, until that ends. */
const AT_ONCE = 50

interface Asked {
  readonly place: DefaultPlace
  /** What is to be made beside it. */
  readonly creations: readonly CreatePartition[]
}

/**
 * Looks what DEFAULT partitions hold, and which of it belongs to what is to be made beside them: no statement where there is no such
 * partition, and one where all of them are empty.
 */
export async function observeInWay(
  database: Database,
  wanted: readonly WantedTable[],
  state: State,
  plan: Plan,
): Promise<DefaultEvidence[]> {
  const asked = defaultPlaces(wanted, state).map((place): Asked => ({ place, creations: creationsBeside(place, plan) }))
  const sizes = await readApart(asked, (some) =>
    observeBytes(
      database,
      some.map(({ place }) => leaves(place.partition)),
    ),
  )
  const filled = asked.filter((_, index) => isFilled(sizes[index]!))
  const seen = new Map<Asked, ReadApart<SeenDefault>>()
  for (let start = 0; start < filled.length; start += AT_ONCE) {
    const some = filled.slice(start, start + AT_ONCE)
    const read = await readApart(some, (few) => observeDefaults(database, few.map(toAsk)))
    for (const [index, one] of some.entries()) seen.set(one, read[index]!)
  }
  return asked.map((one, index) => evidence(one, sizes[index]!, seen.get(one), referrersOf(one, state)))
}

function referrersOf({ place }: Asked, { tables }: State): readonly Referrer[] {
  return tables.find((table) => sameTable(table, place.wanted.policy.table))?.referredBy ?? []
}

function evidence(
  { place, creations }: Asked,
  size: ReadApart<number>,
  seen: ReadApart<SeenDefault> | undefined,
  referredBy: readonly Referrer[],
): DefaultEvidence {
  if ('why' in size) return { ...place, why: size.why }
  if (seen === undefined) return { ...place, bytes: size.value, all: null, inWay: new Map() }
  if ('why' in seen) return { ...place, why: seen.why }
  const { all, inWay } = seen.value
  const found = creations.map((operation, index) => {
    const rows = inWay[index]!
    return [operation, { seen: rows, moving: rows.rows === 0 ? '' : describeMoving(operation, place.key, referredBy) }] as const
  })
  return { ...place, bytes: size.value, all, inWay: new Map(found) }
}

function isFilled(size: ReadApart<number>): boolean {
  return 'value' in size && size.value > 0
}

function toAsk({ place: { partition, key }, creations }: Asked) {
  return { partition, key, bounds: creations.map((one) => one.partition.bound) }
}

function creationsBeside({ partition }: DefaultPlace, { operations }: Plan): CreatePartition[] {
  return operations.flatMap((one) => (one.kind === 'create-partition' && one.beside?.partition.oid === partition.oid ? [one] : []))
}

/** What is on other servers takes no room here, and ATTACH does not look at it. */
function leaves({ oid, partitions }: Partition): string[] {
  return partitions.length > 0 ? partitions.flatMap(leaves) : oid === null ? [] : [oid]
}
