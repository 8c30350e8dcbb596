import { parseDocument, sql } from '@partman/core'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Connection, Dashboard, Env } from './api/context.js'
import { API_PATH } from './api/endpoint.js'
import { ENDPOINTS } from './api/endpoints.js'
import { openapiDocument } from './api/openapi-document.js'
import { describeProblem, ProblemError, problemResponse } from './api/problem.js'
import { serveEndpoint } from './api/serve-endpoint.js'
import { assertPlainTarget, parseBasePath, pathBelow } from './base-path.js'
import type { DashboardOptions } from './options.js'
import { servePage } from './page.js'
import { askOnce } from './queries/ask-once.js'
import { limitReads, STATEMENT_TIMEOUT_MS } from './queries/limit-reads.js'

/** A dashboard: it answers requests, and listens to nothing by itself. */
export interface PartmanDashboard {
  /** Answers one request; never throws. `connection` tells what an adapter knows of it. */
  fetch(request: Request, connection?: Connection): Promise<Response>
}

const SILENT = { info() {}, warn() {}, error() {} }

/** As many as one page of tenants has. */
const MAX_METRIC_TENANTS = 200

/** What every answer bears, unless it says otherwise itself. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}

/**
 * Makes the dashboard: the REST API under `<basePath>/api/v1`, and the page at `<basePath>/`.
 *
 * @throws PartmanError `DOCUMENT_INVALID`; `TypeError` for a base path or a number of tenants that is none
 */
export function createDashboard(options: DashboardOptions): PartmanDashboard {
  const basePath = parseBasePath(options.basePath)
  const { metricTenants = 0 } = options
  if (!Number.isInteger(metricTenants) || metricTenants < 0 || metricTenants > MAX_METRIC_TENANTS) {
    throw new TypeError(`metricTenants is ${metricTenants}: it has to be a whole number from 0 to ${MAX_METRIC_TENANTS}`)
  }
  const document = parseDocument(options.document)
  const logger = options.logger ?? SILENT
  const dashboard: Dashboard = { document, ...boundReads(options, logger), logger, options }
  const app = createApp(dashboard, basePath)
  return {
    async fetch(request, connection = {}) {
      try {
        assertPlainTarget(connection.target)
        pathBelow(basePath, request)
        return withHeaders(await app.fetch(request, connection))
      } catch (error) {
        return withHeaders(answerProblem(dashboard, error))
      }
    },
  }
}

const READS_AT_ONCE = 2
const HEALTH_KEPT_MS = 1_000

function boundReads(
  { database, readsAtOnce: atOnce = READS_AT_ONCE, statementTimeoutMs: timeoutMs = STATEMENT_TIMEOUT_MS }: DashboardOptions,
  logger: Dashboard['logger'],
): Pick<Dashboard, 'database' | 'reads' | 'metricReads' | 'observeHealth'> {
  const onTrouble = (err: unknown) => logger.warn({ err }, 'statement not cancelled')
  // Whether the database answers does not depend on what else is read.
  const health = limitReads(database, { atOnce: 1, timeoutMs, onTrouble })
  return {
    database,
    reads: limitReads(database, { atOnce, timeoutMs, onTrouble }),
    // Whoever keeps the others busy does not blind the monitoring.
    metricReads: limitReads(database, { atOnce: 1, timeoutMs, onTrouble }),
    observeHealth: askOnce(() => health.query(sql`SELECT 1`), { keptMs: HEALTH_KEPT_MS }),
  }
}

function createApp(dashboard: Dashboard, basePath: string): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => pathBelow(basePath, request) })
  const { allowedOrigins = [] } = dashboard.options
  if (allowedOrigins.length > 0) {
    const allowHeaders = ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'x-partman-request']
    app.use(`${API_PATH}/*`, cors({ origin: [...allowedOrigins], allowHeaders, exposeHeaders: ['etag'], credentials: true }))
  }
  let description: ReturnType<typeof openapiDocument> | undefined
  app.get(`${API_PATH}/openapi.json`, (context) => {
    description ??= openapiDocument(basePath)
    return context.json(description)
  })
  for (const endpoint of ENDPOINTS) {
    const path = `${API_PATH}${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`
    app.on(endpoint.method.toUpperCase(), path, (context) => serveEndpoint(dashboard, endpoint, context))
  }
  app.all(`${API_PATH}/*`, (context) => {
    const known = ENDPOINTS.some(({ path }) => pattern(path).test(context.req.path))
    if (known) throw new ProblemError('METHOD_NOT_ALLOWED', `${context.req.method} is not for this path`)
    throw new ProblemError('NOT_FOUND', 'There is nothing at this path')
  })
  app.get('*', (context) => servePage(context.req.raw, context.req.path, basePath))
  app.notFound(() => problemResponse(new ProblemError('NOT_FOUND', 'There is nothing at this path')))
  app.onError((error) => answerProblem(dashboard, error))
  return app
}

function pattern(path: string): RegExp {
  return new RegExp(`^${API_PATH}${path.replace(/\{\w+\}/g, '[^/]+')}$`)
}

function answerProblem({ logger }: Dashboard, error: unknown): Response {
  const { code, status } = describeProblem(error)
  if (status >= 500) {
    try {
      logger.error({ err: error, code }, 'request failed')
    } catch {
      // Nobody is left to tell.
    }
  }
  return problemResponse(error)
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}
