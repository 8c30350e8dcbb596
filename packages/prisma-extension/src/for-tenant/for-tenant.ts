import type { PartmanDocument, TenantKey, TenantSet } from '@partman/core'
import { boundClient } from './bound-client.js'
import { readDataModel } from './data-model.js'
import { createScope } from './scope.js'

/**
 * Binds a client, or the client of a transaction, to one tenant.
 *
 * @throws PartmanError `TENANT_KEY_INVALID`, `CLIENT_UNSUPPORTED`
 */
export function forTenant<Client extends object>(client: Client, document: PartmanDocument, set: TenantSet, key: TenantKey): Client {
  return boundClient(client, createScope(readDataModel(client), document, set, key))
}
