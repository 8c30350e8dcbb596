import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { PartmanDashboard } from '../create-dashboard.js'

/** Answers a request of `node:http`. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves the dashboard with `node:http`: `createServer(nodeHandler(dashboard))`. */
export function nodeHandler(dashboard: PartmanDashboard): NodeHandler {
  return getRequestListener((request, env) => dashboard.fetch(request, { from: addressOf(env) }), { overrideGlobalObjects: false })
}

function addressOf(env: unknown): string | undefined {
  const { incoming } = env as { readonly incoming?: IncomingMessage }
  return incoming?.socket.remoteAddress
}
