import { z } from 'zod'
import { PartmanError } from '../error.js'
import { parseDuration } from './duration.js'
import { keyColumn, TENANT_KEY_TYPES, TIME_ENCODINGS } from './key-column.js'
import { type EncodedKey, type PartitionPolicy, policy, policyLevels, type RangePolicy, tenantsOf } from './policy.js'

/** The version of the document's shape that this release reads and writes. */
export const DOCUMENT_VERSION = 1

const nonEmpty = z.string().min(1)

const tableName = z.strictObject({
  schema: nonEmpty.describe('PostgreSQL schema'),
  name: nonEmpty.describe('Table name as the database has it'),
})

const keyDefault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['cuid', 'cuid2', 'uuid4', 'uuid7', 'ulid']) }),
  z.strictObject({ kind: z.literal('nanoid'), length: z.int().min(2).max(255) }),
  z.strictObject({ kind: z.literal('database').describe('The default, identity or sequence of the column') }),
])

const sourceKey = keyColumn(TENANT_KEY_TYPES).extend({
  default: keyDefault.optional().describe('How a key is made for a row that names none; left out where every row names one'),
})

const tenantSet = z.strictObject({
  name: nonEmpty.describe('Model name of the tenant table; "default" where tenants have no table'),
  type: z.enum(TENANT_KEY_TYPES),
  source: z
    .strictObject({
      model: nonEmpty,
      table: tableName,
      key: sourceKey,
      trigger: z
        .strictObject({ declaredAt: nonEmpty.describe('file:line:column of the annotation') })
        .optional()
        .describe('A trigger of the table makes the partitions of a new row too; left out: the client alone does'),
    })
    .nullable()
    .describe('The table that has one row per tenant; null where tenants are only registered by hand'),
})

const table = z.strictObject({
  model: nonEmpty,
  table: tableName,
  policy,
  declaredAt: nonEmpty.describe('file:line:column of the annotation'),
})

/** The share of a table's partitions that one run may take where none is declared. */
export const RETIRE_AT_MOST = 0.5

const document = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(DOCUMENT_VERSION),
  schemaHash: nonEmpty.describe('Fingerprint of the schema text this was generated from'),
  partitionSchema: nonEmpty.describe('PostgreSQL schema that the partitions live in'),
  retireAtMost: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('The share of its past and present partitions that one run may take from a table; default: half of them'),
  tenantSets: z.array(tenantSet),
  tables: z.array(table),
})

// Deep, so that a value written `as const` (readonly to the last array) is a document too.
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/** A table, or an index: `{ schema, name }`, both as they are in the catalog, without quotes. */
export type TableName = DeepReadonly<z.infer<typeof tableName>>
/** How a tenant's key is made where an insert names none. */
export type TenantKeyDefault = DeepReadonly<z.infer<typeof keyDefault>>
/** The tenants of a model: `name`, the `type` of their keys, and the `source`, a table with one row per tenant; null where they are only registered by hand. */
export type TenantSet = DeepReadonly<z.infer<typeof tenantSet>>
/** An annotated model: its table and how that is partitioned. */
export interface TablePolicy {
  readonly model: string
  readonly table: TableName
  readonly policy: PartitionPolicy
  /** file:line:column of the annotation. */
  readonly declaredAt: string
}
/** The desired state, free of any ORM's words but for the names of models and fields: the content of `partman.json`. */
export interface PartmanDocument {
  readonly $schema?: string | undefined
  readonly version: typeof DOCUMENT_VERSION
  /** Fingerprint of the schema text that it was generated from. */
  readonly schemaHash: string
  /** PostgreSQL schema that the partitions live in. */
  readonly partitionSchema: string
  /** The share of its past and present partitions that one run may take from a table. Default: 0.5, half of them. */
  readonly retireAtMost?: number | undefined
  readonly tenantSets: readonly TenantSet[]
  readonly tables: readonly TablePolicy[]
}

/**
 * Parses a document, given as JSON text or as a value.
 *
 * @throws PartmanError `DOCUMENT_INVALID`, `DOCUMENT_VERSION_UNSUPPORTED`
 */
export function parseDocument(input: unknown): PartmanDocument {
  const value = typeof input === 'string' ? parseJson(input) : input
  const version = (value as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== DOCUMENT_VERSION) {
    throw new PartmanError(
      'DOCUMENT_VERSION_UNSUPPORTED',
      `The partman document has version ${version}; this release reads version ${DOCUMENT_VERSION}`,
      {
        hint: 'Run `prisma generate` with the generator of the same release.',
      },
    )
  }
  const result = document.safeParse(value)
  if (!result.success) {
    throw new PartmanError('DOCUMENT_INVALID', `The partman document is not valid:\n${z.prettifyError(result.error)}`, {
      hint: 'Run `prisma generate` to write it anew; it is not meant to be edited.',
      cause: result.error,
    })
  }
  assertReferences(result.data)
  return result.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PartmanError('DOCUMENT_INVALID', 'The partman document is not JSON', {
      hint: 'Run `prisma generate` to write it anew.',
      cause,
    })
  }
}

/** What the shape alone cannot say: that names refer to something, and that levels fit together. */
function assertReferences(document: PartmanDocument): void {
  for (const table of document.tables) {
    for (const [depth, level] of policyLevels(table.policy).entries()) assertLevel(document, table.model, level, depth)
  }
}

function assertLevel({ tenantSets, partitionSchema }: PartmanDocument, model: string, level: PartitionPolicy, depth: number): void {
  const tenants = tenantsOf(level)
  const set = tenants && tenantSets.find(({ name }) => name === tenants.tenants)
  if (tenants && !set) throw invalid(`${model} names the tenant set "${tenants.tenants}", which the document does not have`)
  if (tenants && set && set.type !== tenants.by.type) {
    throw invalid(`${model}.${tenants.by.field} is ${tenants.by.type}, the keys of the tenant set "${set.name}" are ${set.type}`)
  }
  // A tenant that signs up gets its partitions without a look at what there is, so they hang on the table itself.
  if (tenants && depth > 0) throw invalid(`${model} has tenants below another level; they can only be the outermost one`)
  if (level.kind === 'range') {
    if ('encoding' in level.by) assertEncoding(model, level.by)
    if (level.orderedId) {
      assertEncoding(model, level.orderedId.by)
      if ('encoding' in level.by)
        throw invalid(`${model}.${level.by.field} is an id itself, beside which no other is looked for by its time`)
    }
  }
  if ('retention' in level && level.retention !== null && level.default) {
    throw invalid(
      `${model} has both retention and a DEFAULT partition at one level: beside a DEFAULT partition nothing can be detached concurrently`,
    )
  }
  const afterGrace = 'retention' in level ? level.retention?.afterGrace : undefined
  if (afterGrace?.kind === 'move' && [partitionSchema, 'partman'].includes(afterGrace.schema)) {
    throw invalid(`${model} moves what it retires to "${afterGrace.schema}", which is partman's own`)
  }
  if (level.kind === 'range' && level.origin !== null) assertOrigin(model, level, level.origin)
  if (level.kind === 'list') {
    const values = level.values.flat()
    if (new Set(values).size < values.length) throw invalid(`${model}.${level.by.field} has a list that names a value twice`)
  }
}

function assertEncoding(model: string, { field, type, encoding }: EncodedKey): void {
  const types: readonly string[] = TIME_ENCODINGS[encoding]
  if (!types.includes(type)) throw invalid(`${model}.${field} is ${type}, and ${encoding} is in ${types.join(' or ')}`)
}

function assertOrigin(model: string, { interval }: RangePolicy, origin: string): void {
  const { unit } = parseDuration(interval)
  if (unit === 'minute' || unit === 'hour') return
  if (origin.length > 10) throw invalid(`${model} has an origin with a time of day, and windows of ${interval}, which begin with a day`)
  if (unit !== 'day' && unit !== 'week' && Number(origin.slice(8)) > 28) {
    throw invalid(`${model} has the origin ${origin}, and windows of ${interval}: not every month has that day`)
  }
}

function invalid(message: string): PartmanError {
  return new PartmanError('DOCUMENT_INVALID', message)
}

/** The document's shape as a JSON Schema (draft 2020-12), published with the package as `partman.schema.json`. */
export function documentJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(document, { io: 'input' }),
    title: 'partman document',
    description: 'Desired state of partitioned PostgreSQL tables',
  }
}
