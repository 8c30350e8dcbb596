import { observeMaintenance } from '../catalog/observe-maintenance.js'
import { observeRelations } from '../catalog/observe-relations.js'
import { observeServer } from '../catalog/observe-server.js'
import type { Observers } from '../checks/check.js'
import type { DatabaseFacts } from '../checks/database-checks.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { leaseName } from './lease.js'

/** From which age on an open transaction is told of, in milliseconds. */
const TRANSACTION_AGE_MS = 300_000

/**
 * How the facts of a database are observed: four statements, which read catalogs and the bookkeeping. `transactionAgeMs`: from which age on an
 * open transaction is told of; default five minutes.
 */
export function databaseObservers(
  database: Database,
  document: Pick<PartmanDocument, 'tables' | 'partitionSchema'>,
  { transactionAgeMs = TRANSACTION_AGE_MS }: { readonly transactionAgeMs?: number } = {},
): Observers<DatabaseFacts> {
  return {
    server: () => observeServer(database, { partitionSchema: document.partitionSchema, transactionAgeMs }),
    relations: () => observeRelations(database, document),
    maintenance: () => observeMaintenance(database, leaseName(document)),
  }
}
