import type { TableName } from '../policy/document.js'
import type { PartitionPolicy, WindowPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import type { Bound } from '../state/bound.js'
import { coveringHolds, type Hold } from '../state/hold.js'
import { type KeySpan, narrowSpans, spansBelow } from '../state/key-span.js'
import type { RangeSpans } from '../state/range-span.js'
import type { Partition } from '../state/state.js'
import { makePartition, type WantedPartition } from '../state/want-partitions.js'
import type { WantedTable } from '../state/want-state.js'
import type { WindowSeries } from '../state/window-series.js'
import type { Difference } from './difference.js'

type Parent = TableName & Pick<Partition, 'partitions' | 'highestKey' | 'highestKeyOf' | 'unread' | 'isBeyondLike'>

/** A parent as it was found, beside the level that is declared for it. */
export interface Level {
  readonly wanted: WantedTable
  readonly policy: PartitionPolicy
  readonly parent: Parent
  /** What the names of its partitions begin with. */
  readonly stem: string
  /** Tables that foreign keys of the table refer to. */
  readonly references: readonly TableName[]
  /** In whose part of the tree it is; null where it is nobody's. */
  readonly tenant: string | null
  /** What the levels above tell of the keys of its rows. */
  readonly spans: readonly KeySpan[]
  /** Those of the tenant. */
  readonly settings: TenantSettings | undefined
}

/** A parent of windows that was looked at: what became detached from it is judged by the same series. */
export interface VisitedLevel {
  readonly parent: Parent
  readonly policy: WindowPolicy
  /** In whose part of the tree it is. */
  readonly tenant: string | null
  /** What the levels above tell of the keys of its rows. */
  readonly above: readonly KeySpan[]
  readonly seriesOf: (tenant: string | null) => WindowSeries
  readonly spans: RangeSpans
  readonly settingsOf: (tenant: string | null) => TenantSettings | undefined
}

/** When the rows of a wanted partition come. */
export interface Need {
  readonly holdsPresent: boolean
  readonly time?: 'past' | 'near' | 'ahead'
}

/** The difference that a wanted partition is not there. */
export function missing(
  { wanted, policy, parent, stem, settings, references }: Level,
  one: WantedPartition,
  { holdsPresent, time = 'near' }: Need,
): Difference {
  const partition = makePartition(wanted, policy, stem, one, settings)
  return {
    kind: 'partition-missing',
    wanted,
    parent,
    partition,
    holdsPresent,
    time,
    references,
    isBeyondLike: parent.isBeyondLike === true,
  }
}

/** The holds on a partition of a level, everything below it included. */
export function holdsOn(
  { wanted, policy, tenant, spans }: Pick<Level, 'wanted' | 'policy' | 'tenant' | 'spans'>,
  bound: Bound,
  own: string | null,
): readonly Hold[] {
  if (wanted.holds.length === 0) return []
  return coveringHolds(wanted.holds, own ?? tenant, spansBelow(narrowSpans(spans, policy, bound), policy))
}
