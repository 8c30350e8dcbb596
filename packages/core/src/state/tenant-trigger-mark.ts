import type { TableName } from '../policy/document.js'
import { joinName, valueLabel } from './partition-name.js'

/**
 * The trigger of a tenant set, by what its function says; null: there is none any more. Several documents may share a database, have sets
 * of one name, even of one table: each has partitions in a schema of its own, which tells its triggers from those of the others.
 */
export interface TriggerMark {
  readonly partitionSchema: string
  readonly tenants: string
  readonly fingerprint: string | null
}

/** The trigger of a tenant set as a database has it. */
export interface FoundTrigger extends TriggerMark {
  /** The table that it is on; null where its table has gone, or it was taken off. */
  readonly table: TableName | null
  /** Whether both triggers fire there. */
  readonly enabled: boolean
}

/** A foreign key of a database. */
export interface ForeignKey {
  readonly constraint: string
  readonly table: TableName
  readonly to: TableName
}

/** The names of the two triggers. */
export interface TriggerNames {
  /** Fires before each row: it has to know of the registration of the same tenant before there is a row that others wait for. */
  readonly lock: string
  /** Fires once for a statement, and makes what is lacking. */
  readonly make: string
}

/** Names the triggers on a table of tenants by whose partitions they make. */
export function triggerNames(partitionSchema: string): TriggerNames {
  const label = valueLabel(partitionSchema)
  return { lock: joinName('partman_lock_tenant', label), make: joinName('partman_make_tenants', label) }
}

/** Names the function of both, in the schema `partman`. */
export function triggerFunctionName({ partitionSchema, tenants }: Pick<TriggerMark, 'partitionSchema' | 'tenants'>): string {
  return joinName(`make_tenants_${valueLabel(tenants)}`, valueLabel(partitionSchema))
}

/** What the comment of a trigger's function begins with. */
export const TRIGGER_MARK = 'partman trigger '

/** Writes the comment of a trigger's function, on one line whatever the names. */
export function formatTriggerMark({ partitionSchema, tenants, fingerprint }: TriggerMark): string {
  const json = JSON.stringify([partitionSchema, tenants, fingerprint])
  return TRIGGER_MARK + json.replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}

/** Reads what `formatTriggerMark` writes. */
export function parseTriggerMark(text: string): TriggerMark {
  const [partitionSchema, tenants, fingerprint] = JSON.parse(text.slice(TRIGGER_MARK.length)) as [string, string, string | null]
  return { partitionSchema, tenants, fingerprint }
}
