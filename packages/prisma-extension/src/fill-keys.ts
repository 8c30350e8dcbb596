import { PartmanError, type TenantKey, type TenantSet } from '@partman/core'
import type { Connection } from './connection.js'
import { evaluateColumnDefault } from './evaluate-column-default.js'
import { makeKey } from './make-key.js'

/** A row as an application passes it to Prisma Client. */
export type RowInput = Readonly<Record<string, unknown>>

export interface KeyedRows {
  readonly rows: readonly RowInput[]
  readonly keys: readonly TenantKey[]
}

/**
 * Gives each row a key where it names none, made the way the schema says.
 *
 * @throws PartmanError `TENANT_KEY_MISSING` where the schema has no default for the key
 */
export async function fillKeys(
  source: NonNullable<TenantSet['source']>,
  inputs: readonly RowInput[],
  connection: Connection,
): Promise<KeyedRows> {
  const { field } = source.key
  const missing = inputs.filter((row) => !isGiven(row[field])).length
  const made = missing === 0 ? [] : await makeKeys(source, missing, connection)
  const rows = inputs.map((row) => (isGiven(row[field]) ? row : { ...row, [field]: made.shift() }))
  return { rows, keys: rows.map((row) => row[field] as TenantKey) }
}

async function makeKeys(source: NonNullable<TenantSet['source']>, count: number, connection: Connection): Promise<TenantKey[]> {
  const { model, key } = source
  if (!key.default) {
    throw new PartmanError('TENANT_KEY_MISSING', `${model}.${key.field} is needed to make the partitions of a new ${model}`, {
      hint: `Pass ${key.field} in data.`,
    })
  }
  if (key.default.kind === 'database') return evaluateColumnDefault(connection, source, count)
  const made = key.default
  return Array.from({ length: count }, () => makeKey(made))
}

/** `Prisma.skip` stands for a field that is not there. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && typeof (value as { ifUndefined?: unknown } | null)?.ifUndefined !== 'function'
}
