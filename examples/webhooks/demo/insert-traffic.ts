import type { DemoTable, Ledger } from './ledger.js'
import type { JoinedProject } from './simulate.js'
import type { Traffic } from './traffic.js'
import type { Batch } from './write-batch.js'

/** Rows in one `createMany`. */
const BATCH = 500

/** Rows of the simulation with what the application writes of them. */
interface Written {
  readonly batch: Batch
  readonly rows: readonly { readonly id: string; readonly project: number | null; readonly at: number }[]
}

/** Writes the rows, several batches at a time, and enters them into the ledger. */
export async function insertTraffic(
  write: (batch: Batch) => Promise<void>,
  traffic: Traffic,
  projects: readonly JoinedProject[],
  ledger: Ledger,
): Promise<void> {
  const projectOf = (index: number): JoinedProject => {
    const project = projects[index]
    if (!project) throw new Error(`Project ${index} has not signed up yet.`)
    return project
  }
  const idOf = (index: number | null) => (index === null ? null : projectOf(index).id)
  const enter = (table: DemoTable, rows: Written['rows']) =>
    ledger.enter(
      table,
      rows.map(({ id, project, at }) => ({ id, at, projectId: idOf(project) })),
    )

  const batches: Written[] = [
    ...slices(traffic.events).map((rows): Written => {
      const data = rows.map(({ id, project, at, type, payload }) => {
        return { id, projectId: projectOf(project).id, receivedAt: new Date(at), type, payload }
      })
      return { batch: { table: 'Event', data }, rows }
    }),
    ...slices(traffic.attempts).map((rows): Written => {
      const data = rows.map(({ id, project, at, endpoint, eventId, attempt, status, httpStatus, latencyMs }) => {
        const { id: projectId, endpointIds } = projectOf(project)
        const attemptedAt = new Date(at)
        return { id, projectId, attemptedAt, eventId, endpointId: endpointIds[endpoint] ?? '', attempt, status, httpStatus, latencyMs }
      })
      return { batch: { table: 'DeliveryAttempt', data }, rows }
    }),
    ...slices(traffic.audit).map((rows): Written => {
      const data = rows.map(({ id, project, at, actor, action, subject }) => {
        return { id, at: new Date(at), projectId: idOf(project), actor, action, subject }
      })
      return { batch: { table: 'AuditLog', data }, rows }
    }),
  ]
  await Promise.all(
    batches.map(async ({ batch, rows }) => {
      await write(batch)
      enter(batch.table, rows)
    }),
  )
}

function slices<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) => rows.slice(index * BATCH, (index + 1) * BATCH))
}
