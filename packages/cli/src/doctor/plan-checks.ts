import { fromFinding } from '@partman/core'
import type { DoctorCheck } from './doctor-facts.js'

/** What `partman plan` and `partman status` find. */
export const planCheck: DoctorCheck<'plan'> = {
  name: 'plan of maintenance',
  needs: ['plan'],
  find: ({ plan }) => plan.map(fromFinding),
}

/** What `partman check` finds in migrations that are not applied yet. */
export const migrationsCheck: DoctorCheck<'migrations'> = {
  name: 'pending migrations',
  needs: ['migrations'],
  find: ({ migrations }) => migrations.map(fromFinding),
}
