export { type Access, type AccessResolver, ROLES, type Role, type Subject } from './access/access.js'
export type { Connection } from './api/context.js'
export { createDashboard, type PartmanDashboard } from './create-dashboard.js'
export type { DashboardOptions } from './options.js'
