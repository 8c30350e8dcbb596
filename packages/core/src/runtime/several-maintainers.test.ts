import { type PostgresServer, startPostgres } from '@partman/testing'
import { afterAll, beforeAll, it } from 'vitest'
import { maintainWeeks, WEEKS_TIMEOUT_MS } from '../fixtures/maintained-weeks.js'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

it.each([2, 5])(
  '%i maintainers make, detach and drop each partition once, whoever of them is stopped',
  { timeout: WEEKS_TIMEOUT_MS },
  async (size) => {
    await maintainWeeks(server, size)
  },
)
