import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { PartmanDashboard } from '../create-dashboard.js'

/** Serves the dashboard with `node:http`: `createServer(nodeHandler(dashboard))`. */
export function nodeHandler(dashboard: PartmanDashboard): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const listener = getRequestListener((request, env) => dashboard.fetch(request, { from: addressOf(env) }), {
    overrideGlobalObjects: false,
  })
  return (request, response) => listener(request, response)
}

function addressOf(env: unknown): string | undefined {
  const { incoming } = env as { incoming?: IncomingMessage }
  return incoming?.socket.remoteAddress
}
