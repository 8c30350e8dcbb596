import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@partman/core'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { projectCommands, succeed } from '../demo/commands.js'
import { createClient } from './client.js'
import { attemptsOf, deliver, recordEvent } from './deliver.js'
import { createAppMaintainer } from './maintainer.js'
import { signUp } from './sign-up.js'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

async function startGateway(clock?: Clock) {
  const database = await testDatabase()
  await succeed('prisma migrate deploy', projectCommands(FOLDER, database.url).prisma('migrate', 'deploy'))
  const client = createClient(database.url, clock ? { clock } : {})
  onTestFinished(() => client.$disconnect())
  const countPartitions = async () => {
    const { rows } = await database.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'partman_partitions'::regnamespace AND relkind IN ('r', 'p')",
    )
    return rows[0]?.count
  }
  return { database, client, countPartitions }
}

/** An endpoint that answers with these codes in turn. */
async function startEndpoint(...codes: number[]): Promise<string> {
  const server = createServer((_, response) => response.writeHead(codes.shift() ?? 500).end()).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a project that signs up can record events and deliver them at once', async () => {
  const { client } = await startGateway()
  const project = await signUp(client, { slug: 'acme', name: 'Acme', endpointUrls: [await startEndpoint(503, 204)] })
  const event = await recordEvent(client, { projectId: project.id, type: 'order.created', payload: { order: 1 } })
  const [endpoint] = project.endpoints
  if (!endpoint) throw new Error('The project has no endpoint.')
  for (const attempt of [1, 2]) await deliver(client, event, endpoint, attempt)
  expect((await attemptsOf(client, event)).map(({ attempt, status, httpStatus }) => ({ attempt, status, httpStatus }))).toEqual([
    { attempt: 1, status: 'failed', httpStatus: 503 },
    { attempt: 2, status: 'delivered', httpStatus: 204 },
  ])
})

test('a sign-up that fails leaves neither rows nor partitions', async () => {
  const { client, countPartitions } = await startGateway()
  await signUp(client, { slug: 'acme', name: 'Acme', endpointUrls: [] })
  const before = await countPartitions()
  await expect(signUp(client, { slug: 'acme', name: 'Other', endpointUrls: ['https://other.example/'] })).rejects.toMatchObject({
    code: 'P2002',
  })
  expect(await countPartitions()).toBe(before)
  expect([await client.project.count(), await client.endpoint.count(), await client.auditLog.count()]).toEqual([1, 0, 1])
})

test('an event of a project that does not exist is refused, though there is no foreign key', async () => {
  const { client } = await startGateway()
  await expect(recordEvent(client, { projectId: 'nobody', type: 'order.created', payload: {} })).rejects.toThrow(/partition/)
})

test('the maintainer has nothing to do right after a sign-up', async () => {
  const now = new Date()
  const clock = { now: () => now }
  const { client, database } = await startGateway(clock)
  await signUp(client, { slug: 'acme', name: 'Acme', endpointUrls: [] })
  const pool = new pg.Pool({ connectionString: database.url })
  onTestFinished(() => pool.end())
  expect(await createAppMaintainer(pool, { clock }).runOnce()).toEqual({ outcome: 'done', now: now.toISOString(), steps: [], findings: [] })
})
