import { createHash } from 'node:crypto'
import type { TableName } from '../policy/document.js'
import type { Bound } from './bound.js'

/** How a key column compares, where it does not as the column itself: with another collation, or by another operator class. */
export interface KeyComparison {
  /** null: that of the column. */
  readonly collation: TableName | null
  /** Of its B-tree operator class, each with its schema: `<`, `<=`, `=`, `>=`, `>`. */
  readonly operators: readonly TableName[]
}

/** A partition key as a condition on rows needs it. */
export interface ComparedKey {
  readonly columns: readonly string[]
  /** For each column, null where it compares as ever; absent where all do. */
  readonly comparisons?: readonly (KeyComparison | null)[]
}

/** A CHECK on a DEFAULT partition that says it holds no row of some bound. */
export interface DefaultProof {
  readonly oid: string
  readonly name: string
}

/** What the comment of such a CHECK begins with; it is known by that, and never by its name. */
export const PROOF_PREFIX = 'partman:free '

/** The name of the CHECK that a DEFAULT partition holds no row of a bound. */
export function proofName(bound: Bound): string {
  return `partman_free_${createHash('sha256').update(JSON.stringify(bound)).digest('hex').slice(0, 16)}`
}
