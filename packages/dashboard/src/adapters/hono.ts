import type { Context } from 'hono'
import type { PartmanDashboard } from '../create-dashboard.js'

/** A handler of Hono: `app.all('/admin/partman/*', honoHandler(dashboard))`, the dashboard having the same `basePath`. */
export function honoHandler(dashboard: PartmanDashboard): (context: Pick<Context, 'req' | 'env'>) => Promise<Response> {
  return ({ req, env }) => {
    const { incoming } = (env ?? {}) as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } }
    return dashboard.fetch(req.raw, { from: incoming?.socket?.remoteAddress })
  }
}
