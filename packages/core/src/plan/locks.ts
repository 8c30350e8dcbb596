import type { Difference } from '../diff/difference.js'
import type { TableName } from '../policy/document.js'
import type { Partition } from '../state/state.js'
import type { OperationLock } from './operation.js'

/** The lock that ATTACH and DETACH CONCURRENTLY take on a parent: it stops neither reads nor writes. */
export function shareUpdateExclusive({ schema, name }: TableName): OperationLock[] {
  return [{ mode: 'SHARE UPDATE EXCLUSIVE', on: { schema, name } }]
}

/** Whatever ends foreign keys of a partition locks the tables that they refer to: a detach as their triggers are taken off, a drop against readers, too. */
export function locksOfReferences(references: readonly TableName[], mode: OperationLock['mode']): OperationLock[] {
  return references.map((on) => ({ mode, on }))
}

/**
 * The locks of making a partition beside its parent and attaching it: a DEFAULT partition is scanned for rows that belong to
 * the new one, and a table that a foreign key refers to may not be written to while the key's triggers are made.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
 */
export function locksOfCreation(
  { parent, references }: Pick<Extract<Difference, { kind: 'partition-missing' }>, 'parent' | 'references'>,
  beside: Partition | undefined,
): OperationLock[] {
  return [
    ...shareUpdateExclusive(parent),
    ...(beside ? [{ mode: 'ACCESS EXCLUSIVE' as const, on: { schema: beside.schema, name: beside.name } }] : []),
    ...references.map((on) => ({ mode: 'SHARE ROW EXCLUSIVE' as const, on })),
  ]
}
