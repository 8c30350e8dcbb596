import { alertEndpoints } from './alerts.js'
import { approvalEndpoints } from './approvals.js'
import { auditEndpoints } from './audit.js'
import type { Endpoint } from './endpoint.js'
import { holdEndpoints } from './holds.js'
import { overviewEndpoints } from './overview.js'
import { planEndpoints } from './plan.js'
import { runEndpoints } from './runs.js'
import { tableEndpoints } from './tables.js'
import { tenantEndpoints } from './tenants.js'

/** All there are. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...overviewEndpoints,
  ...tableEndpoints,
  ...tenantEndpoints,
  ...planEndpoints,
  ...runEndpoints,
  ...holdEndpoints,
  ...approvalEndpoints,
  ...auditEndpoints,
  ...alertEndpoints,
]
