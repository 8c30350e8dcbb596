import type { TableName } from '../policy/document.js'

/** Fires before each row: it has to know of the registration of the same tenant before there is a row that others wait for. */
export const LOCK_TRIGGER = 'partman_lock_tenant'
/** Fires once for a statement, and makes what is lacking. */
export const MAKE_TRIGGER = 'partman_make_tenants'

/** The trigger of a tenant set, by what its function says; null: there is none any more. */
export interface TriggerMark {
  readonly tenants: string
  readonly fingerprint: string | null
}

/** The trigger of a tenant set as a database has it. */
export interface FoundTrigger extends TriggerMark {
  /** The table that it is on; null where its table has gone, or it was taken off. */
  readonly table: TableName | null
}

/** A foreign key of a database. */
export interface ForeignKey {
  readonly constraint: string
  readonly table: TableName
  readonly to: TableName
}

/** What the comment of a trigger's function begins with. */
export const TRIGGER_MARK = 'partman trigger '

/** Writes the comment of a trigger's function, on one line whatever the names. */
export function formatTriggerMark({ tenants, fingerprint }: TriggerMark): string {
  const json = JSON.stringify([tenants, fingerprint])
  return TRIGGER_MARK + json.replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}

/** Reads what `formatTriggerMark` writes. */
export function parseTriggerMark(text: string): TriggerMark {
  const [tenants, fingerprint] = JSON.parse(text.slice(TRIGGER_MARK.length)) as [string, string | null]
  return { tenants, fingerprint }
}
