import { PartmanError } from '../error.js'
import type { TenantKeyType } from './key-column.js'

/** A tenant key as an application passes it. */
export type TenantKey = string | number | bigint

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const INTEGER_LIMITS = {
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
} as const

/**
 * Resolves a tenant key to the text PostgreSQL prints for it, so that equal keys are equal strings.
 * Any text is a tenant but the empty string, and what PostgreSQL cannot store (NUL, a lone surrogate).
 *
 * @throws PartmanError `TENANT_KEY_INVALID`
 */
export function parseTenantKey(type: TenantKeyType, key: TenantKey): string {
  if (type === 'text') {
    if (typeof key !== 'string') throw invalid(key, 'is not text')
    if (key === '') throw invalid(key, 'is empty')
    if (key.includes('\0')) throw invalid(key, 'holds a NUL character, which PostgreSQL cannot store')
    if (!key.isWellFormed()) throw invalid(key, 'holds a lone surrogate, which PostgreSQL cannot store')
    return key
  }
  if (type === 'uuid') {
    const text = typeof key === 'string' ? key.toLowerCase() : ''
    if (!UUID.test(text)) throw invalid(key, 'is not a UUID')
    return text
  }
  return parseInteger(type, key)
}

function parseInteger(type: keyof typeof INTEGER_LIMITS, key: TenantKey): string {
  const text = String(key)
  if (!/^-?\d{1,19}$/.test(text)) throw invalid(key, `is not a whole number, as ${type} needs`)
  if (typeof key === 'number' && !Number.isSafeInteger(key)) throw invalid(key, 'is too large to be exact as a number: pass a bigint')
  const value = BigInt(text)
  const limit = INTEGER_LIMITS[type]
  if (value < -limit || value >= limit) throw invalid(key, `is out of the range of ${type}`)
  return String(value)
}

function invalid(key: TenantKey, why: string): PartmanError {
  return new PartmanError('TENANT_KEY_INVALID', `Tenant key ${typeof key === 'string' ? JSON.stringify(key) : String(key)} ${why}`, {
    hint: 'Pass the value of the tenant key column as it is stored.',
  })
}
