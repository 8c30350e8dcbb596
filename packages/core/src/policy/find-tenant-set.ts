import { PartmanError } from '../error.js'
import type { PartmanDocument, TenantSet } from './document.js'

/**
 * Finds a tenant set by its name.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`
 */
export function findTenantSet({ tenantSets }: Pick<PartmanDocument, 'tenantSets'>, name: string): TenantSet {
  const set = tenantSets.find((one) => one.name === name)
  if (set) return set
  throw new PartmanError('TENANT_SET_UNKNOWN', `There is no tenant set "${name}"`, {
    hint: `Known: ${tenantSets.map((one) => one.name).join(', ') || 'none'}.`,
  })
}
