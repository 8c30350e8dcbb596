import type { z } from '@hono/zod-openapi'
import { type Database, type Finding, type Partition, type PartmanDocument, planMaintenance, sameTable } from '@partman/core'
import type { TableSummary } from '../api/schemas.js'
import type { Bookkeeping } from '../queries/observe-bookkeeping.js'
import { observeOverview } from '../queries/overview.js'
import { withBookkeeping } from '../queries/with-bookkeeping.js'
import { observeTrouble, type Trouble } from './observe-trouble.js'

/** What the rules look at. */
export interface AlertFacts {
  /** By the clock of the database, in milliseconds since 1970. */
  readonly now: number
  readonly tables: readonly z.input<typeof TableSummary>[]
  /** Looked for now: those of the last run may be of another day. null: they could not be looked for. */
  readonly findings: readonly Finding[] | null
  readonly bookkeeping: Pick<Bookkeeping, 'lease' | 'lastRun'>
  /** null: it could not be read. */
  readonly trouble: Trouble | null
  /** Estimated rows of the DEFAULT partitions, by model; null where nothing is known. */
  readonly defaultRows: ReadonlyMap<string, number | null>
  /** Names of partitions whose concurrent detach was begun and not ended, by model. */
  readonly pendingDetaches: ReadonlyMap<string, readonly string[]>
  /** Locks that the server has room for. */
  readonly lockCapacity: number
}

export type Observed =
  | { readonly kind: 'facts'; readonly facts: AlertFacts /** Why some of them are missing. */; readonly failures: readonly unknown[] }
  | { readonly kind: 'standby' }
  | { readonly kind: 'bookkeeping-missing' }

/** Observes what the rules look at. It takes what the overview and a plan take, and one statement; a standby, and a database without bookkeeping, less. */
export async function observeFacts(database: Database, document: PartmanDocument): Promise<Observed> {
  const { overview, observation, bookkeeping, defaults } = await observeOverview({ database, document }, document.tables)
  const { server, state, bookkeepingVersion } = observation
  if (bookkeepingVersion === null) return { kind: 'bookkeeping-missing' }
  if (server.inRecovery) return { kind: 'standby' }
  // What some facts cannot be had for says nothing of the others.
  const [planned, trouble] = await Promise.allSettled([
    planMaintenance(database, document, { tellsLocks: true }),
    withBookkeeping(() => observeTrouble(database, document.partitionSchema)),
  ])
  const pending = document.tables.flatMap(({ model, table }) => {
    const names = state.tables.filter((one) => sameTable(one, table)).flatMap(({ partitions }) => pendingOf(partitions))
    return names.length > 0 ? [[model, names] as const] : []
  })
  return {
    kind: 'facts',
    failures: [planned, trouble].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
    facts: {
      now: server.now,
      tables: overview.tables,
      findings: planned.status === 'fulfilled' ? planned.value.plan.findings : null,
      bookkeeping,
      trouble: trouble.status === 'fulfilled' ? trouble.value : null,
      defaultRows: new Map([...defaults].map(([model, { rows }]) => [model, rows])),
      pendingDetaches: new Map(pending),
      lockCapacity: server.lockCapacity,
    },
  }
}

function pendingOf(partitions: readonly Partition[]): string[] {
  return partitions.flatMap(({ name, detachPending, partitions: below }) => [...(detachPending ? [name] : []), ...pendingOf(below)])
}
