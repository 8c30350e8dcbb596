import { describe, expect, test } from 'vitest'
import type { TenantKeyType } from './key-column.js'
import { parseTenantKey, type TenantKey } from './tenant-key.js'

function refusal(type: TenantKeyType, key: TenantKey): { code: unknown; message: string } {
  try {
    parseTenantKey(type, key)
  } catch (error) {
    const { code, message } = error as Error & { code: unknown }
    return { code, message }
  }
  throw new Error('the key was accepted')
}

describe('a text key', () => {
  test.each([
    'acme',
    'ACME',
    ' ',
    ' acme ',
    "Robert'); DROP TABLE tenants;--",
    '"quoted"',
    '$$',
    'null',
    'NULL',
    'Évents',
    'E\u0301vents',
    '😀',
    '\u200b',
    '\\',
    'x'.repeat(200),
  ])('may be %j, and stays as it is', (key) => {
    expect(parseTenantKey('text', key)).toBe(key)
  })

  test.each<[TenantKey, string]>([
    ['', 'Tenant key "" is empty'],
    ['a\0b', 'Tenant key "a\\u0000b" holds a NUL character, which PostgreSQL cannot store'],
    ['\ud800', 'Tenant key "\\ud800" holds a lone surrogate, which PostgreSQL cannot store'],
    [7, 'Tenant key 7 is not text'],
  ])('may not be %j', (key, message) => {
    expect(refusal('text', key)).toEqual({ code: 'TENANT_KEY_INVALID', message })
  })
})

describe('a UUID key', () => {
  test('is the same tenant in either case', () => {
    expect(parseTenantKey('uuid', '018F3A7C-0000-7000-8000-00000000ABCD')).toBe('018f3a7c-0000-7000-8000-00000000abcd')
  })

  test.each<TenantKey>(['', 'acme', '018f3a7c000070008000000000000000', '{018f3a7c-0000-7000-8000-00000000abcd}', 1])(
    'may not be %j',
    (key) => {
      expect(refusal('uuid', key)).toEqual({ code: 'TENANT_KEY_INVALID', message: `Tenant key ${JSON.stringify(key)} is not a UUID` })
    },
  )
})

describe('a whole-number key', () => {
  test.each<[TenantKeyType, TenantKey, string]>([
    ['smallint', -32_768, '-32768'],
    ['smallint', 32_767, '32767'],
    ['integer', 2_147_483_647, '2147483647'],
    ['integer', '007', '7'],
    ['integer', '-0', '0'],
    ['bigint', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
  ])('of type %s may be %s', (type, key, text) => {
    expect(parseTenantKey(type, key)).toBe(text)
  })

  test.each<[TenantKeyType, TenantKey, string]>([
    ['smallint', 32_768, 'Tenant key 32768 is out of the range of smallint'],
    ['integer', -2_147_483_649, 'Tenant key -2147483649 is out of the range of integer'],
    ['bigint', 9_223_372_036_854_775_808n, 'Tenant key 9223372036854775808 is out of the range of bigint'],
    ['integer', 1.5, 'Tenant key 1.5 is not a whole number, as integer needs'],
    ['integer', Number.NaN, 'Tenant key NaN is not a whole number, as integer needs'],
    ['bigint', 1e21, 'Tenant key 1e+21 is not a whole number, as bigint needs'],
    ['bigint', 2 ** 53, 'Tenant key 9007199254740992 is too large to be exact as a number: pass a bigint'],
    ['integer', '', 'Tenant key "" is not a whole number, as integer needs'],
    ['integer', '1e3', 'Tenant key "1e3" is not a whole number, as integer needs'],
  ])('of type %s may not be %s', (type, key, message) => {
    expect(refusal(type, key)).toEqual({ code: 'TENANT_KEY_INVALID', message })
  })
})
