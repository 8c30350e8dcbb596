import { type Clock, createMaintainer, type Maintainer } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import type { Pool } from 'pg'
import { config } from '../generated/partman/partman.js'

/** Keeps the partitions of this application ahead of time and retires old ones. The pool stays the caller's to end. */
export function createAppMaintainer(pool: Pool, options: { clock?: Clock } = {}): Maintainer {
  return createMaintainer({ document: config, database: pgDatabase(pool), ...options })
}
