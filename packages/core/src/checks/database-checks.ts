import { activityCheck } from './activity.js'
import type { Check } from './check.js'
import { cutOffRunsCheck } from './cut-off-runs.js'
import { hooksCheck } from './hooks.js'
import { invalidIndexesCheck } from './invalid-indexes.js'
import { lastRunCheck } from './last-run.js'
import { leaseCheck } from './lease.js'
import { locksCheck } from './locks.js'
import { maintainerSeenCheck } from './maintainer-seen.js'
import type { MaintenanceHistory } from './maintenance-facts.js'
import { orphanedPartitionsCheck } from './orphaned-partitions.js'
import { ownersCheck } from './owners.js'
import { pendingDetachesCheck } from './pending-detaches.js'
import { preparedTransactionsCheck } from './prepared-transactions.js'
import { privilegesCheck } from './privileges.js'
import { pruningCheck } from './pruning.js'
import type { RelationFacts } from './relation-facts.js'
import { replicationSlotsCheck } from './replication-slots.js'
import { serverBugsCheck } from './server-bugs.js'
import type { ServerHealth } from './server-facts.js'
import { serverVersionCheck } from './server-version.js'
import { standbyCheck } from './standby.js'
import { timeoutsCheck } from './timeouts.js'
import { transactionsCheck } from './transactions.js'
import { unattachedTablesCheck } from './unattached-tables.js'
import { vacuumCheck } from './vacuum.js'

/** What the checks of a database go by. */
export interface DatabaseFacts {
  readonly server: ServerHealth
  readonly relations: RelationFacts
  readonly maintenance: MaintenanceHistory | null
}

/** All checks that need a database and nothing else. */
export const DATABASE_CHECKS: readonly Check<DatabaseFacts>[] = [
  serverVersionCheck,
  serverBugsCheck,
  standbyCheck,
  pruningCheck,
  locksCheck,
  vacuumCheck,
  timeoutsCheck,
  transactionsCheck,
  preparedTransactionsCheck,
  replicationSlotsCheck,
  privilegesCheck,
  activityCheck,
  unattachedTablesCheck,
  orphanedPartitionsCheck,
  pendingDetachesCheck,
  invalidIndexesCheck,
  ownersCheck,
  maintainerSeenCheck,
  lastRunCheck,
  cutOffRunsCheck,
  leaseCheck,
  hooksCheck,
]
