import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PartmanDashboard } from '../create-dashboard.js'
import { nodeHandler } from './node.js'

/** What Express adds to a request of Node's. */
interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string
  /** Set by a body parser in front: the body is read already, and nothing is left of it. */
  readonly body?: unknown
}

type Next = (error?: unknown) => void

/**
 * Middleware of Express: `app.use('/admin/partman', expressHandler(dashboard))`, the dashboard having the same `basePath`. Mount it in front of body
 * parsers, which would leave nothing to read.
 */
export function expressHandler(dashboard: PartmanDashboard): (request: ExpressRequest, response: ServerResponse, next: Next) => void {
  const handle = nodeHandler(dashboard)
  return (request, response, next) => {
    // Express cuts the mount path off; the dashboard knows its own.
    request.url = request.originalUrl ?? request.url ?? '/'
    handle(request, response).catch(next)
  }
}
