import type { Client } from '../src/client.js'
import type { DemoTable, Ledger } from './ledger.js'
import type { JoinedProject } from './simulate.js'
import type { Traffic } from './traffic.js'

/** Rows in one `createMany`. Prisma splits further where PostgreSQL's limit of 32,767 parameters asks for it. */
const BATCH = 3_000

/** Inserts rows through the application's client and enters them into the ledger. */
export async function insertTraffic(client: Client, traffic: Traffic, projects: readonly JoinedProject[], ledger: Ledger): Promise<void> {
  const projectOf = (index: number): JoinedProject => {
    const project = projects[index]
    if (!project) throw new Error(`Project ${index} has not signed up yet.`)
    return project
  }
  const enter = (table: DemoTable, rows: readonly { id: string; project: number | null; at: number }[]) =>
    ledger.enter(
      table,
      rows.map(({ id, project, at }) => ({ id, at, projectId: project === null ? null : projectOf(project).id })),
    )

  for (const batch of batches(traffic.events)) {
    await client.event.createMany({
      data: batch.map(({ id, project, at, type, payload }) => ({
        id,
        projectId: projectOf(project).id,
        receivedAt: new Date(at),
        type,
        payload,
      })),
    })
    enter('Event', batch)
  }
  for (const batch of batches(traffic.attempts)) {
    await client.deliveryAttempt.createMany({
      data: batch.map(({ id, project, at, endpoint, eventId, attempt, status, httpStatus, latencyMs }) => {
        const { id: projectId, endpointIds } = projectOf(project)
        const attemptedAt = new Date(at)
        return { id, projectId, attemptedAt, eventId, endpointId: endpointIds[endpoint] ?? '', attempt, status, httpStatus, latencyMs }
      }),
    })
    enter('DeliveryAttempt', batch)
  }
  for (const batch of batches(traffic.audit)) {
    await client.auditLog.createMany({
      data: batch.map(({ id, project, at, actor, action, subject }) => {
        const projectId = project === null ? null : projectOf(project).id
        return { id, at: new Date(at), projectId, actor, action, subject }
      }),
    })
    enter('AuditLog', batch)
  }
}

function batches<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) => rows.slice(index * BATCH, (index + 1) * BATCH))
}
