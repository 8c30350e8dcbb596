import { type Measures, measureState } from '../catalog/measure-state.js'
import { countProbes, type NumberParent, observeHighestKeys } from '../catalog/observe-highest-keys.js'
import { observeSizes } from '../catalog/observe-sizes.js'
import type { Observation } from '../catalog/observe-state.js'
import { type WindowParent, windowParents } from '../catalog/window-parents.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { type State, sameTable, type Table } from '../state/state.js'
import { readApart } from './read-apart.js'

/** A partition and the indexes of it that a query may open. */
const LOCKS_PER_PROBE = 4
/** The share of the server's locks that one statement may take. */
const SHARE_OF_LOCKS = 1 / 16

/**
 * Reads what some levels are judged by and no catalog tells: sizes, and the highest key. No statement where no such level is declared. What
 * cannot be read is marked in the state, and nothing retires by it.
 */
export async function observeMeasures(database: Database, document: PartmanDocument, observation: Observation): Promise<Observation> {
  const { state, server } = observation
  const measures = new Map<string, Measures>()
  const add = (oid: string | null, more: Measures) => {
    if (oid !== null) measures.set(oid, { ...measures.get(oid), ...more })
  }
  const sized = tablesWithSizes(document, state)
  const sizes = await readApart(sized, (some) => readSizes(database, some))
  for (const [index, { parents }] of sized.entries()) {
    const read = sizes[index]!
    if ('why' in read) for (const { parent } of parents) add(parent.oid, { unread: { what: 'sizes', why: read.why } })
    else for (const [oid, bytes] of read.value) add(oid, { bytes })
  }
  const numbered = windowParents(document, state, ({ kind }) => kind === 'number-range').filter(isByNumber)
  for (const chunk of inChunks(numbered, (server.lockCapacity * SHARE_OF_LOCKS) / LOCKS_PER_PROBE)) {
    const keys = await readApart(chunk, (some) => observeHighestKeys(database, some))
    for (const [index, { parent }] of chunk.entries()) {
      const read = keys[index]!
      add(parent.oid, 'why' in read ? { unread: { what: 'highest-key', why: read.why } } : read.value)
    }
  }
  return { ...observation, state: measureState(state, measures) }
}

function isByNumber(parent: WindowParent): parent is NumberParent {
  return parent.policy.kind === 'number-range'
}

/** Locks of a query last until its statement ends. */
function inChunks(parents: readonly NumberParent[], probes: number): NumberParent[][] {
  const chunks: NumberParent[][] = []
  let left = 0
  for (const parent of parents) {
    const needed = countProbes(parent)
    if (needed > left || chunks.length === 0) {
      chunks.push([])
      left = probes
    }
    chunks.at(-1)!.push(parent)
    left -= needed
  }
  return chunks
}

interface SizedTable {
  readonly parents: WindowParent[]
  /** All that is measured of it. */
  readonly oids: readonly string[]
}

function tablesWithSizes(document: PartmanDocument, state: State): SizedTable[] {
  const parents = new Map<Table, WindowParent[]>()
  for (const parent of windowParents(document, state, ({ retention }) => retention?.kind === 'size')) {
    const known = parents.get(parent.table)
    if (known) known.push(parent)
    else parents.set(parent.table, [parent])
  }
  return [...parents].map(([table, below]) => {
    const attached = below.flatMap(({ parent }) => parent.partitions.flatMap(({ oid }) => oid ?? []))
    const detached = state.detached.filter(({ marker }) => sameTable(marker.table, table)).map(({ oid }) => oid)
    return { parents: below, oids: [...attached, ...detached] }
  })
}

async function readSizes(database: Database, tables: readonly SizedTable[]): Promise<(readonly [oid: string, bytes: number])[][]> {
  const sizes = await observeSizes(
    database,
    tables.flatMap(({ oids }) => oids),
  )
  return tables.map(({ oids }) => oids.map((oid) => [oid, sizes.get(oid) ?? 0] as const))
}
