import type { TableName } from '../policy/document.js'
import type { Check } from './check.js'

/** What one look at the server tells; ages in milliseconds. */
export interface ServerHealth {
  /** The database's clock, milliseconds since 1970. */
  readonly now: number
  /** As `server_version_num` has it: 180004 is 18.4. */
  readonly version: number
  readonly inRecovery: boolean
  readonly database: string
  readonly role: string
  /** By name: the setting as this session has it, in its own unit, and where that comes from (`pg_settings.source`). */
  readonly settings: Readonly<Record<string, { readonly value: string; readonly source: string }>>
  readonly transactions: readonly OpenTransaction[]
  readonly prepared: readonly PreparedTransaction[]
  readonly slots: readonly InactiveSlot[]
  /** Whether the role sees what sessions of others do. */
  readonly seesActivity: boolean
  /** What the role lacks, as GRANT names it. */
  readonly missingPrivileges: readonly MissingPrivilege[]
  /** Foreign keys from partitioned tables to partitioned tables, and of one to itself. */
  readonly foreignKeys: { readonly toPartitioned: boolean; readonly toItself: boolean }
}

/** A session whose transaction is open for longer than was asked about. */
export interface OpenTransaction {
  readonly pid: number
  readonly user: string | null
  readonly application: string | null
  readonly state: string | null
  readonly ageMs: number
}

export interface PreparedTransaction {
  readonly gid: string
  readonly owner: string
  readonly ageMs: number
}

/** A replication slot that nobody reads from. */
export interface InactiveSlot {
  readonly name: string
  readonly kind: 'physical' | 'logical'
  /** Write-ahead log that is kept for it, in bytes; null where it keeps none. */
  readonly retainedBytes: number | null
  /** Whether it keeps rows from being vacuumed. */
  readonly holdsRows: boolean
}

export type MissingPrivilege =
  | { readonly on: 'schema'; readonly schema: string; readonly privilege: 'USAGE' | 'CREATE' }
  | { readonly on: 'table'; readonly table: TableName; readonly privileges: readonly string[] }

export type ServerCheck = Check<{ readonly server: ServerHealth }>
