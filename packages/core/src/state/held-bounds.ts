import type { PartmanDocument, TableName } from '../policy/document.js'
import { type PartitionPolicy, policyLevels } from '../policy/policy.js'
import { keyAxis, timeAxis } from './key-axis.js'
import type { Position } from './position.js'
import { isFinitePosition, placeRange, tenantIn } from './range-span.js'
import { type Partition, type RetiredMarker, sameTable, type Table } from './state.js'

/** The rows of a partition as a hold names them: whose, and from where to before where; null has no bound. */
export interface HeldBounds {
  readonly tenant: string | null
  readonly lower: string | null
  readonly upper: string | null
}

/** What a hold on a retired partition is on; undefined where its parent is no longer there. */
export function heldBounds(document: PartmanDocument, tables: readonly Table[], marker: RetiredMarker): HeldBounds | undefined {
  const declared = document.tables.find(({ table }) => sameTable(table, marker.table))
  const table = tables.find((one) => sameTable(one, marker.table))
  const path = table && pathTo(table, marker.parent)
  const policy = declared && path && policyLevels(declared.policy)[path.length - 1]
  if (!policy) return undefined
  const above = path.flatMap((level) => ('bound' in level ? [tenantIn(level.bound)] : [])).find((tenant) => tenant !== null)
  const hasTenants = policyLevels(declared.policy).some(({ kind }) => kind === 'tenants')
  return { tenant: hasTenants ? (above ?? null) : null, ...boundsOf(policy, marker) }
}

/** The levels from the table to the parent. */
function pathTo(level: Table | Partition, parent: TableName): readonly (Table | Partition)[] | undefined {
  if (sameTable(level, parent)) return level.partitionBy ? [level] : undefined
  for (const below of level.partitions) {
    const rest = pathTo(below, parent)
    if (rest) return [level, ...rest]
  }
  return undefined
}

function boundsOf(policy: PartitionPolicy, { bound }: RetiredMarker): Partial<HeldBounds> & Pick<HeldBounds, 'lower' | 'upper'> {
  const isWindow = policy.kind === 'range' || policy.kind === 'number-range'
  const place = isWindow && bound.kind === 'range' ? placeRange(policy, keyAxis(policy), bound.from, bound.to) : undefined
  if (policy.kind === 'tenants') return { tenant: tenantIn(bound), lower: null, upper: null }
  if (!isWindow || !place) return { lower: null, upper: null }
  const write = (position: Position, isUpper: boolean): string | null => {
    if (!isFinitePosition(position)) return null
    if (policy.kind === 'number-range') return String(position)
    const axis = timeAxis(policy.by)
    const instant = axis.instantAt(position)
    // Whole milliseconds: an end between two of them is kept as well.
    const written = new Date(isUpper && axis.at(instant) < position ? instant + 1 : instant).toISOString()
    return policy.by.type === 'date' ? written.slice(0, 10) : written
  }
  return { ...(policy.prefix ? { tenant: place.tenant } : {}), lower: write(place.from, false), upper: write(place.to, true) }
}
