import type { Client } from '../src/client.js'
import { recordAttempts } from '../src/deliver.js'
import type { DemoTable, Ledger } from './ledger.js'
import type { JoinedProject } from './simulate.js'
import type { Traffic } from './traffic.js'

/** Rows in one statement. */
const BATCH = 1_000

/** Inserts rows through the application's client and enters them into the ledger. */
export async function insertTraffic(client: Client, traffic: Traffic, projects: readonly JoinedProject[], ledger: Ledger): Promise<void> {
  const projectOf = (index: number): JoinedProject => {
    const project = projects[index]
    if (!project) throw new Error(`Project ${index} has not signed up yet.`)
    return project
  }
  const idOf = (index: number | null) => (index === null ? null : projectOf(index).id)
  const enter = (table: DemoTable, rows: readonly { id: string; project: number | null; at: number }[]) =>
    ledger.enter(
      table,
      rows.map(({ id, project, at }) => ({ id, at, projectId: idOf(project) })),
    )

  const events = batches(traffic.events).map(async (batch) => {
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
  })
  const attempts = batches(traffic.attempts).map(async (batch) => {
    const made = batch.map(({ id, project, at, endpoint, eventId, attempt, status, httpStatus, latencyMs }) => {
      const { id: projectId, endpointIds } = projectOf(project)
      const attemptedAt = new Date(at)
      return { id, projectId, attemptedAt, eventId, endpointId: endpointIds[endpoint] ?? '', attempt, status, httpStatus, latencyMs }
    })
    await recordAttempts(client, made)
    enter('DeliveryAttempt', batch)
  })
  const audit = batches(traffic.audit).map(async (batch) => {
    await client.auditLog.createMany({
      data: batch.map(({ id, project, at, actor, action, subject }) => ({
        id,
        at: new Date(at),
        projectId: idOf(project),
        actor,
        action,
        subject,
      })),
    })
    enter('AuditLog', batch)
  })
  await Promise.all([...events, ...attempts, ...audit])
}

function batches<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) => rows.slice(index * BATCH, (index + 1) * BATCH))
}
