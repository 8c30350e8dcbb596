import type { Database } from '../sql/database.js'

/** A database that counts what is sent to it. */
export interface CountedDatabase {
  readonly database: Database
  readonly statements: number
}

/** Counts the statements that are sent to a database. */
export function countStatements(database: Database): CountedDatabase {
  let statements = 0
  return {
    database: {
      query(statement, values) {
        statements++
        return database.query(statement, values)
      },
    },
    get statements() {
      return statements
    },
  }
}
