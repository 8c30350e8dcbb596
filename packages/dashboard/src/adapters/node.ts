import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Connection } from '../api/context.js'
import type { PartmanDashboard } from '../create-dashboard.js'

/** Answers a request of `node:http`. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves the dashboard with `node:http`: `createServer(nodeHandler(dashboard))`. */
export function nodeHandler(dashboard: PartmanDashboard): NodeHandler {
  return getRequestListener((request, env) => dashboard.fetch(request, connectionOf(env)), { overrideGlobalObjects: false })
}

/** What a server on `node:http` knows of the connection of a request. */
export function connectionOf(env: unknown): Connection {
  const { incoming } = (env ?? {}) as { readonly incoming?: Partial<IncomingMessage> }
  return { from: incoming?.socket?.remoteAddress, target: incoming?.url }
}
