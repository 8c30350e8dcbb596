/** A table with a primary key and a few indexes locks itself, its indexes, its TOAST table and that one's index. */
export const LOCKS_PER_TABLE = 8

/**
 * Locks that a server has room for in its default configuration: 64 for each of 100 connections.
 * https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION
 */
export const DEFAULT_LOCK_CAPACITY = 6_400
