import type { Database, Sql } from '@partman/core'
import { ATTEMPTS, type Layout, PARTITIONS, tenantName } from './attempts.js'
import { day } from './days.js'

/** Sends SQL that somebody has written by hand. */
export async function send<Row extends object>(database: Database, text: string, values?: readonly unknown[]): Promise<Row[]> {
  return database.query<Row>(text as Sql, values)
}

/** One day's bound, as ATTACH and PARTITION OF take it. */
export function ofDay(offset: number): string {
  return `FOR VALUES FROM ('${day(offset)}Z') TO ('${day(offset + 1)}Z')`
}

export function ofTenantDay(tenant: number, offset: number): string {
  const name = tenantName(tenant)
  return `FOR VALUES FROM ('${name}', '${day(offset)}Z') TO ('${name}', '${day(offset + 1)}Z')`
}

/** A tenant's partitions, made beside the table and attached once: what nobody can do with less. */
export function tenantStatements(tenant: number, { days, hash = 0 }: Layout): string[] {
  const name = `${PARTITIONS}.bare_${tenant}`
  const ofOneDay = (n: number) => [
    `CREATE TABLE ${name}_${n} PARTITION OF ${name} ${ofDay(n)}${hash === 0 ? '' : ' PARTITION BY HASH (id)'}`,
    ...Array.from(
      { length: hash },
      (_, part) => `CREATE TABLE ${name}_${n}_${part} PARTITION OF ${name}_${n} FOR VALUES WITH (MODULUS ${hash}, REMAINDER ${part})`,
    ),
  ]
  return [
    `CREATE TABLE ${name} (LIKE ${ATTEMPTS} INCLUDING ALL) PARTITION BY RANGE ("createdAt")`,
    ...Array.from({ length: days }, (_, n) => ofOneDay(n)).flat(),
    `ALTER TABLE ${ATTEMPTS} ATTACH PARTITION ${name} FOR VALUES IN ('${tenantName(tenant)}')`,
  ]
}

/** One transaction, sent at once. */
export function inTransaction(statements: readonly string[]): string {
  return ['BEGIN', ...statements, 'COMMIT'].join(';\n')
}

/** One more day of a tenant. */
export function dayStatements(parent: string, n: number, offset: number): string[] {
  return [
    `CREATE TABLE ${PARTITIONS}.bare_${n} (LIKE ${parent} INCLUDING ALL)`,
    `ALTER TABLE ${parent} ATTACH PARTITION ${PARTITIONS}.bare_${n} ${ofDay(offset)}`,
  ]
}
