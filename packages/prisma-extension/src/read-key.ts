import type { TenantKey, TenantKeyType } from '@partman/core'

/** Reads a key from the text PostgreSQL prints for it, as the type that Prisma Client has for the column. */
export function readKey(type: TenantKeyType, text: string): TenantKey {
  switch (type) {
    case 'text':
    case 'uuid':
      return text
    case 'smallint':
    case 'integer':
      return Number(text)
    case 'bigint':
      return BigInt(text)
  }
}
