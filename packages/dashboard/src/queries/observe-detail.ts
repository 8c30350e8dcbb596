import type { z } from '@hono/zod-openapi'
import { type Measure, measureRelations, policyLevels, type TablePolicy, tableStatuses } from '@partman/core'
import type { Dashboard } from '../api/context.js'
import type { TableDetail } from '../api/schemas.js'
import { estimateGrowth } from './estimate-growth.js'
import { observeBookkeeping } from './observe-bookkeeping.js'
import { observeSamples } from './observe-samples.js'
import { observeTable } from './observe-table.js'
import { describeFinding, summarise } from './overview.js'
import { resolveRibbon } from './resolve-ribbon.js'

/** Observes one table in full: its figures, its windows and its growth. */
export async function observeDetail(dashboard: Dashboard, declared: TablePolicy): Promise<z.input<typeof TableDetail>> {
  const { observation, holds, partitions } = await observeTable(dashboard, declared)
  const { server, state } = observation
  const oids = partitions.flatMap(({ oid }) => oid ?? [])
  const measures = await measureRelations(dashboard.database, oids, server.version)
  const samples = await observeSamples(dashboard.database, declared.table, observation.bookkeepingVersion !== null)
  const bookkeeping = await observeBookkeeping(dashboard.database, dashboard.document.partitionSchema, observation, [declared.model])
  const [status] = tableStatuses([{ policy: declared, holds }], state)
  const findings = bookkeeping.findings.map(describeFinding)
  const known = oids.flatMap((oid) => measures.get(oid)?.rows ?? [])
  const whole: Measure = {
    bytes: oids.reduce((sum, oid) => sum + (measures.get(oid)?.bytes ?? 0), 0),
    rows: known.length === 0 ? null : known.reduce((sum, rows) => sum + rows, 0),
  }
  const ribbon = resolveRibbon(partitions, measures)
  return {
    ...summarise(declared, status!, whole, findings, server.now),
    declaredAt: declared.declaredAt,
    timeZone: policyLevels(declared.policy).find((level) => level.kind === 'range')?.timeZone ?? null,
    ribbon,
    growth: estimateGrowth(declared, ribbon, samples),
    defaultRows: partitions
      .filter(({ isDefault }) => isDefault)
      .map(({ schema, name, oid }) => {
        const measure = oid === null ? undefined : measures.get(oid)
        return { partition: { schema, name }, rows: measure?.rows ?? null, bytes: measure?.bytes ?? 0 }
      }),
  }
}
