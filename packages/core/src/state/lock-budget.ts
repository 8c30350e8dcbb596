import type { Partition } from './state.js'

/** A table with a primary key and a few indexes locks itself, its indexes, its TOAST table and that one's index. */
export const LOCKS_PER_TABLE = 8

/**
 * Locks that a server has room for in its default configuration: 64 for each of 100 connections.
 * https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION
 */
export const DEFAULT_LOCK_CAPACITY = 6_400

/** The share of the server's locks that one transaction may take. */
const SHARE_OF_LOCKS = 1 / 4
/** Whoever wants to change the same parent, such as a tenant that signs up, waits for so many tables at most. */
const MAX_TABLES = 200

/** How many tables one transaction may make, on a server with room for so many locks. */
export function tablesPerTransaction(lockCapacity: number): number {
  return Math.max(1, Math.min(MAX_TABLES, Math.floor((lockCapacity * SHARE_OF_LOCKS) / LOCKS_PER_TABLE)))
}

/** A partition and all below it. */
export function countSubtree({ partitions }: Pick<Partition, 'partitions'>): number {
  return partitions.reduce((sum, below) => sum + countSubtree(below), 1)
}
