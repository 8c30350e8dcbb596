import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Database, PartmanDocument } from '@partman/core'
import { createDashboard, nodeHandler, type PartmanDashboard } from '@partman/dashboard'
import type { Browser } from 'playwright-core'
import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost, atMostTimesFloor } from '../harness/condition.js'
import { withChromium } from '../harness/in-chromium.js'
import { attemptsDocument, createTenants } from '../tables/attempts.js'
import { send } from '../tables/bare-sql.js'
import { maintain } from '../tables/maintain.js'
import { readSizes } from '../tables/read-sizes.js'
import { withSession } from '../tables/session.js'
import { watchDatabase } from '../tables/watched-database.js'

interface Size {
  readonly tenants: number
  readonly days: number
  readonly rounds: number
}

const SIZES = { full: { tenants: 250, days: 40, rounds: 15 }, tiny: { tenants: 2, days: 3, rounds: 1 } }
/** As many as the documentation gives a dashboard. */
const CONNECTIONS = 3
const ALL = { user: 'bench', role: 'viewer' } as const

/** Uses a table that is maintained, as the catalog has it after an hour: vacuumed. */
async function withTable<Result>(
  server: string,
  { tenants, days }: Size,
  work: (database: Database, document: PartmanDocument) => Promise<Result>,
): Promise<Result> {
  const document = attemptsDocument({ days })
  const test = await createTenants(server, document, tenants)
  try {
    return await withSession(
      test.url,
      async (database) => {
        await maintain(database, document)
        await send(database, 'VACUUM ANALYZE')
        return work(database, document)
      },
      CONNECTIONS,
    )
  } finally {
    await test.drop()
  }
}

async function ask(dashboard: PartmanDashboard, path: string): Promise<unknown> {
  const response = await dashboard.fetch(new Request(`http://127.0.0.1/api/v1${path}`))
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}: ${await response.text()}`)
  return response.json()
}

/** What the page asks for every few seconds. */
export const overview = defineBenchmark<Size>({
  name: 'overview',
  title: "the dashboard's overview of 250 tenants x 40 days",
  unit: 'ms',
  sizes: SIZES,
  measure: async (servers, size) =>
    withTable(await servers.usual(), size, async (database, document) => {
      const watched = watchDatabase(database)
      const dashboard = createDashboard({ document, database: watched, access: async () => ALL })
      let statements = 0
      const once = async () => {
        const before = watched.sent.length
        await ask(dashboard, '/overview')
        statements = Math.max(statements, watched.sent.length - before)
      }
      const sides = await alternate(
        { ours: () => millisecondsOf(once), peer: null, floor: () => millisecondsOf(() => readSizes(database)) },
        { rounds: size.rounds, warmUps: 2 },
      )
      return {
        ...sides,
        bar: [atMost(statements, 3, 'statements'), atMostTimesFloor(sides.ours, sides.floor, 1.5)],
        notes: [`${statements} statements`, 'floor: one recursive read of names, parents, bounds, sizes and estimated rows'],
      }
    }),
})

/** How long somebody who opens the page looks at nothing. */
export const firstContent = defineBenchmark<Size>({
  name: 'first-content',
  title: 'from opening the page to its first table, in Chromium, over 250 tenants x 40 days',
  unit: 'ms',
  sizes: SIZES,
  measure: async (servers, size) => {
    const sides = await withChromium(async (browser) =>
      withTable(await servers.usual(), size, async (database, document) => {
        const dashboard = createDashboard({ document, database, access: async () => ALL })
        return withServer(nodeHandler(dashboard), (page) =>
          withServer(servePlain, (plain) =>
            alternate(
              {
                ours: () => millisecondsUntil(browser, page, '.table-row'),
                peer: null,
                floor: () => millisecondsUntil(browser, plain, '.table-row'),
              },
              { rounds: size.rounds, warmUps: 1 },
            ),
          ),
        )
      }),
    )
    const notMeasured = { ours: null, peer: null, floor: null }
    return {
      ...(sides ?? notMeasured),
      bar: [atMost(sides?.ours?.value ?? null, 1_000, 'ms')],
      notes: [sides ? 'floor: a page of one line, in the same browser' : 'Chromium is not installed here'],
    }
  },
})

function servePlain(...[, response]: Parameters<RequestListener>): void {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>plain</title><p class="table-row">One line.')
}

async function withServer<Result>(listener: RequestListener, work: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/**
 * With nothing in a cache, as for somebody who comes for the first time. The page takes the time itself, from the begin of the navigation on: the
 * dashboard is served by this process, which sees nothing while it answers what the page asks for next.
 */
async function millisecondsUntil(browser: Browser, url: string, selector: string): Promise<number> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.addInitScript({ content: markOf(selector) })
    await page.goto(url, { waitUntil: 'commit' })
    await page.locator(selector).first().waitFor()
    // What the page asks for next is not to meet the next one.
    await page.waitForLoadState('networkidle')
    return await page.evaluate<number>(`performance.getEntriesByName('first-content')[0].startTime`)
  } finally {
    await context.close()
  }
}

/** Marks the first frame that has something in it. */
function markOf(selector: string): string {
  return `(function look() {
    if (document.querySelector(${JSON.stringify(selector)})) performance.mark('first-content')
    else requestAnimationFrame(look)
  })()`
}
