import createOpenAPIClient, { type Client } from 'openapi-fetch'
import type { paths } from './api/openapi.js'

export type { components, paths } from './api/openapi.js'

/** A client of the REST API; `baseUrl` is where the dashboard is mounted. What changes something needs the header `x-partman-request`, as its types say. */
export function createClient(baseUrl: string, options: { fetch?: (request: Request) => Promise<Response> } = {}): Client<paths> {
  return createOpenAPIClient<paths>({ baseUrl: baseUrl.replace(/\/$/, ''), ...options })
}
