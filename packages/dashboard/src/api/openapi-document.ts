import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { API_PATH, type Endpoint } from './endpoint.js'
import { ENDPOINTS } from './endpoints.js'
import { Problem } from './schemas.js'

export type OpenAPIDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>

/** Headers of every request that changes something. */
const actHeaders = z.object({
  'x-partman-request': z
    .literal('1')
    .optional()
    .meta({ description: 'Has to be sent, as a page of another site cannot send it; the client does so by itself' }),
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The same key with the same request has the same answer for 24 hours, and does nothing again' }),
})

/** The OpenAPI 3.1 document of the API; `basePath` is where the dashboard is mounted. */
export function openapiDocument(basePath: string): OpenAPIDocument {
  const declared = new OpenAPIHono()
  for (const endpoint of ENDPOINTS) declared.openAPIRegistry.registerPath(describe(endpoint))
  return declared.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'partman',
      version: '1',
      description:
        'Partitions of PostgreSQL tables: what there is, whether it is healthy, what happens next, and who did what. `x-partman-role` is the role that an endpoint needs.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
  })
}

function describe({ method, path, summary, description, role, params, query, body, answer, status = 200, etag }: Endpoint): RouteConfig {
  const content = typeof answer === 'string' ? { 'text/plain': { schema: z.string() } } : { 'application/json': { schema: answer } }
  return {
    method,
    path: `${API_PATH}${path}`,
    summary,
    ...(description === undefined ? {} : { description }),
    'x-partman-role': role ?? 'anyone',
    request: {
      ...(params === undefined ? {} : { params: params as z.ZodObject }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(method === 'post' ? { headers: actHeaders } : {}),
      ...(body === undefined ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      [status]: { description: 'As asked for', content },
      ...(etag ? { 304: { description: 'Still the same, by `If-None-Match`' } } : {}),
      default: { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: Problem } } },
    },
  }
}
