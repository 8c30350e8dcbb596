import type { Sql } from './sql.js'

/**
 * What partman asks of a connection: send one statement, outside a transaction unless it was made from one, and give its
 * rows. Anything that can do that will do: a pool of `pg`, a Prisma client. Errors pass through as the driver throws them.
 */
export interface Database {
  query<Row extends object = Record<string, unknown>>(statement: Sql, values?: readonly unknown[]): Promise<Row[]>
}
