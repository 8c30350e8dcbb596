import type { Context } from 'hono'
import type { PartmanDashboard } from '../create-dashboard.js'
import { connectionOf } from './node.js'

/** A handler of Hono: `app.all('/admin/partman/*', honoHandler(dashboard))`, the dashboard having the same `basePath`. */
export function honoHandler(dashboard: PartmanDashboard): (context: Pick<Context, 'req' | 'env'>) => Promise<Response> {
  return ({ req, env }) => dashboard.fetch(req.raw, connectionOf(env))
}
