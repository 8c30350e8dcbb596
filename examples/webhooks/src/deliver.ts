import type { DeliveryAttempt, Endpoint, Event, Prisma } from '../generated/prisma/client.js'
import type { DeliveryStatus } from '../generated/prisma/enums.js'
import type { Client } from './client.js'

/** How one call of an endpoint ended. */
export interface Answer {
  readonly status: DeliveryStatus
  /** null: there was no answer. */
  readonly httpStatus: number | null
  readonly latencyMs: number
}

/** Calls an endpoint. Never throws. */
export type Send = (endpoint: Endpoint, event: Event) => Promise<Answer>

const TIMEOUT_MS = 10_000

/** Records what happened; its delivery is another step. */
export function recordEvent(client: Client, event: { projectId: string; type: string; payload: Prisma.InputJsonValue }): Promise<Event> {
  return client.event.create({ data: event })
}

/** Calls an endpoint once and records how it went. Whoever calls this decides when to try again. */
export async function deliver(client: Client, event: Event, endpoint: Endpoint, attempt: number, send: Send = post): Promise<Answer> {
  const answer = await send(endpoint, event)
  await client.deliveryAttempt.create({
    data: { projectId: event.projectId, eventId: event.id, endpointId: endpoint.id, attempt, ...answer },
  })
  return answer
}

/** An attempt that was made elsewhere, with the ids it was given there. */
export type AttemptMade = Readonly<DeliveryAttempt>

/**
 * Records many attempts in one statement. PostgreSQL finds the partition of each row, whoever sends it; for thousands of
 * rows this takes Prisma a twentieth of the time of a `createMany`, which prepares every value by itself.
 */
export function recordAttempts(client: Client, attempts: readonly AttemptMade[]): Promise<number> {
  const rows = attempts.map((attempt) => ({
    id: attempt.id,
    project_id: attempt.projectId,
    attempted_at: attempt.attemptedAt,
    event_id: attempt.eventId,
    endpoint_id: attempt.endpointId,
    attempt: attempt.attempt,
    status: attempt.status,
    http_status: attempt.httpStatus,
    latency_ms: attempt.latencyMs,
  }))
  return client.$executeRaw`
    INSERT INTO delivery_attempt (id, project_id, attempted_at, event_id, endpoint_id, attempt, status, http_status, latency_ms)
    SELECT id, project_id, attempted_at, event_id, endpoint_id, attempt, status, http_status, latency_ms
    FROM jsonb_populate_recordset(NULL::delivery_attempt, ${JSON.stringify(rows)}::jsonb)`
}

/** All attempts of an event, the oldest first. Both keys of the partitions are in the query, so only a few are looked at. */
export function attemptsOf(client: Client, event: Event) {
  return client.deliveryAttempt.findMany({
    where: { projectId: event.projectId, eventId: event.id, attemptedAt: { gte: event.receivedAt } },
    orderBy: { attempt: 'asc' },
  })
}

async function post(endpoint: Endpoint, event: Event): Promise<Answer> {
  const begun = performance.now()
  const answer = (status: DeliveryStatus, httpStatus: number | null): Answer => ({
    status,
    httpStatus,
    latencyMs: Math.round(performance.now() - begun),
  })
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': event.id, 'webhook-type': event.type },
      body: JSON.stringify(event.payload),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return answer(response.ok ? 'delivered' : 'failed', response.status)
  } catch (error) {
    return answer((error as Error).name === 'TimeoutError' ? 'timed_out' : 'failed', null)
  }
}
