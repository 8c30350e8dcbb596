import type { TableName } from '../policy/document.js'
import { formatTriggerMark, parseTriggerMark, type TriggerMark } from '../state/tenant-trigger-mark.js'
import type { MigrationFile } from './migration-folder.js'

const BOOKKEEPING = /^-- partman bookkeeping version (\d+)\s*$/gm
const TABLE = /^-- partman table ([^\r\n]+?)[ \t\r]*$/gm

const TRIGGER = /^-- (partman trigger [^\r\n]+?)[ \t\r]*$/gm

/** What the migrations that partman wrote say they hold, by their marker comments. */
export interface MigrationMarkers {
  /** Newest version of the bookkeeping tables, 0 when none. */
  readonly bookkeeping: number
  /** Tables whose first partitions are in a migration. */
  readonly tables: readonly TableName[]
  /** What becomes of triggers, in order. */
  readonly triggers: readonly TriggerMark[]
}

/** The comment line that says that a script makes the bookkeeping tables. */
export function renderBookkeepingMarker(version: number): string {
  return `-- partman bookkeeping version ${version}`
}

/** The comment line that says that a script makes a table's first partitions. */
export function renderTableMarker(table: TableName): string {
  return `-- partman table ${formatName(table)}`
}

/** The comment line that says that a script makes an index whole. */
export function renderIndexMarker(index: TableName): string {
  return `-- partman index ${formatName(index)}`
}

/** The comment line that says that a script makes a trigger, or takes it away. */
export function renderTriggerMarker(mark: TriggerMark): string {
  return `-- ${formatTriggerMark(mark)}`
}

/** Whether partman wrote the whole of a migration. */
export function isPartmanMigration({ sql }: MigrationFile): boolean {
  return sql.startsWith('-- partman ')
}

/** Reads the marker comments of the migrations that partman wrote. */
export function parseMigrationMarkers(migrations: readonly MigrationFile[]): MigrationMarkers {
  const text = migrations
    .filter(isPartmanMigration)
    .map(({ sql }) => sql)
    .join('\n')
  return {
    bookkeeping: Math.max(0, ...[...text.matchAll(BOOKKEEPING)].map(([, version]) => Number(version))),
    tables: [...text.matchAll(TABLE)].map(([, json]) => {
      const [schema, name] = JSON.parse(json ?? '') as [string, string]
      return { schema, name }
    }),
    triggers: [...text.matchAll(TRIGGER)].map(([, mark]) => parseTriggerMark(mark ?? '')),
  }
}

/** JSON keeps any name on one line. */
function formatName({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]).replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}
