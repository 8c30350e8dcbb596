import type { Difference, IndexDifference, IndexPlace } from '../diff/difference.js'
import { partitionIndexNames } from '../state/index-name.js'
import { joinName } from '../state/partition-name.js'
import { formatTableName } from '../state/state.js'
import type { Identified } from '../state/unfinished-index.js'
import type { Finding } from './finding.js'
import type { AttachIndex, CreateIndex, Operation } from './operation.js'

/** Names in the partitions' schema that are in use, or spoken for by the plan. */
export interface TakenNames {
  readonly has: (name: string) => boolean
  readonly add: (name: string) => unknown
}

type Missing = Extract<IndexDifference, { kind: 'index-missing' }>
type Broken = Extract<IndexDifference, { kind: 'index-broken' }>

/**
 * Decides how partitions get their parts of indexes. What makes the frame for those below it comes first, then what only
 * has to be attached, then what is built; what failed before comes last, so that it keeps nothing else waiting.
 * Nothing is built for a partition that is about to be retired. Names that are chosen are added to `taken`.
 */
export function planIndexes(
  differences: readonly Difference[],
  retired: readonly Operation[],
  taken: TakenNames,
): { operations: Operation[]; findings: Finding[] } {
  const leaving = new Set(retired.map(({ partition }) => formatTableName(partition)))
  const attach: AttachIndex[] = []
  const frame: CreateIndex[] = []
  const build: CreateIndex[] = []
  const again: CreateIndex[] = []
  const missing: Missing[] = []
  const findings: Finding[] = []
  for (const difference of differences) {
    if (difference.kind === 'index-unnoticed') {
      attach.push(
        planAttach(difference, difference.part, {
          isAttached: true,
          reason: 'all partitions have the index, and PostgreSQL has not noticed',
        }),
      )
    }
    if (difference.kind === 'index-broken') findings.push(brokenFinding(difference))
    if (difference.kind !== 'index-missing') continue
    if (leaving.has(formatTableName(difference.partition)) || leaving.has(formatTableName(difference.parent))) continue
    missing.push(difference)
    const { candidate, leftover, busy } = difference.lacking
    if (candidate) attach.push(planAttach(difference, candidate, { isAttached: false, reason: 'the index it has fits that of its parent' }))
    else if (!busy) {
      const create = planCreate(difference, taken)
      const list = difference.partition.partitionBy ? frame : leftover ? again : build
      list.push(create)
    }
  }
  return { operations: [...frame, ...attach, ...build, ...again], findings: [...findings, ...buildingFindings(missing)] }
}

function planAttach(at: IndexPlace, part: Identified, { isAttached, reason }: { isAttached: boolean; reason: string }): AttachIndex {
  const locks = [{ mode: 'ACCESS EXCLUSIVE', on: { schema: part.schema, name: part.name } }] as const
  return { ...common(at), kind: 'attach-index', transactional: true, part, isAttached, reason, locks }
}

function common({ wanted, index, parent, partition }: IndexPlace) {
  const { oid, schema, name, bound } = partition
  return {
    ...place(wanted.policy),
    destroysData: false as const,
    parent,
    partition: { oid: oid ?? '', schema, name, bound },
    index: { oid: index.oid, schema: index.schema, name: index.name, unique: index.unique, definition: index.definition },
  }
}

function planCreate(difference: Missing, taken: TakenNames): CreateIndex {
  const { index, whole, partition, lacking } = difference
  const names = partitionIndexNames(partition.name, whole.name)
  // Somebody else's is left alone, whatever its state.
  const leftover = lacking.leftover && names.includes(lacking.leftover.name) ? lacking.leftover : null
  const name = leftover?.name ?? names.find((one) => !taken.has(one)) ?? joinName(partition.name, index.oid)
  taken.add(name)
  const isLeaf = partition.partitionBy === null
  return {
    ...common(difference),
    kind: 'create-index',
    transactional: !isLeaf,
    name,
    leftover,
    reason: leftover ? 'a build of the index was cut off or failed' : `it has no part of the index ${whole.name} yet`,
    locks: [{ mode: isLeaf ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', on: { schema: partition.schema, name: partition.name } }],
  }
}

/** One for each index of a declared table: what is below is on its way to it. */
function buildingFindings(missing: readonly Missing[]): Finding[] {
  const counts = new Map<string, { first: Missing; leaves: number }>()
  for (const one of missing) {
    if (one.partition.partitionBy) continue
    const key = `${formatTableName(one.wanted.policy.table)} ${one.whole.oid}`
    const count = counts.get(key) ?? { first: one, leaves: 0 }
    counts.set(key, { ...count, leaves: count.leaves + 1 })
  }
  return [...counts.values()].map(({ first: { wanted, whole: index }, leaves }) => ({
    ...place(wanted.policy),
    code: 'INDEX_BUILDING',
    severity: 'info',
    message: `${leaves} partition${leaves === 1 ? '' : 's'} of ${formatTableName(wanted.policy.table)} ${leaves === 1 ? 'has' : 'have'} no part of the ${index.unique ? 'unique ' : ''}index ${index.name} yet`,
    nextStep: index.unique
      ? 'The maintainer builds them one after another. Until then duplicates are possible there, and an upsert by these columns fails.'
      : 'The maintainer builds them one after another. Until then queries there do without it.',
  }))
}

function brokenFinding({ wanted, index, part }: Broken): Finding {
  return {
    ...place(wanted.policy),
    code: 'INDEX_PART_INVALID',
    severity: 'warning',
    message: `The part ${formatTableName(part)} of the index ${index.name} is invalid, and attached already`,
    nextStep: 'Build it anew: REINDEX INDEX CONCURRENTLY.',
  }
}

function place({ table, model, declaredAt }: { readonly table: Finding['table']; readonly model: string; readonly declaredAt: string }) {
  return { table, model, declaredAt }
}
