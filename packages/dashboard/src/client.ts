import createOpenAPIClient, { type Client } from 'openapi-fetch'
import type { paths } from './api/openapi.js'

export type { components, paths } from './api/openapi.js'

/** A client of the REST API; `baseUrl` is where the dashboard is mounted. The header that actions need is sent by itself. */
export function createClient(baseUrl: string, options: { fetch?: (request: Request) => Promise<Response> } = {}): Client<paths> {
  return createOpenAPIClient<paths>({ baseUrl: baseUrl.replace(/\/$/, ''), headers: { 'x-partman-request': '1' }, ...options })
}
