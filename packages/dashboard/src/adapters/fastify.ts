import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PartmanDashboard } from '../create-dashboard.js'
import { nodeHandler } from './node.js'

/** What is used of a Fastify instance. */
interface FastifyScope {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  all(path: string, handler: (request: { readonly raw: IncomingMessage }, reply: FastifyReply) => unknown): unknown
}

interface FastifyReply {
  readonly raw: ServerResponse
  hijack(): unknown
}

/**
 * A plugin of Fastify: `app.register(fastifyPlugin(dashboard), { prefix: '/admin/partman' })`, the dashboard having the same `basePath`. Bodies are
 * left to the dashboard, within the plugin only.
 */
export function fastifyPlugin(dashboard: PartmanDashboard): (scope: FastifyScope) => Promise<void> {
  const handle = nodeHandler(dashboard)
  return async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const answer = (request: { readonly raw: IncomingMessage }, reply: FastifyReply) => {
      reply.hijack()
      return handle(request.raw, reply.raw)
    }
    scope.all('/', answer)
    scope.all('/*', answer)
  }
}
