import { z } from 'zod'
import { PartmanError } from '../error.js'
import { parseDuration } from './duration.js'

/** The version of the document's shape that this release reads and writes. */
export const DOCUMENT_VERSION = 1

const nonEmpty = z.string().min(1)

const duration = z.string().superRefine((text, context) => {
  try {
    parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
})

const timeZone = z.string().refine(isTimeZone, { error: 'not an IANA time zone' })

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const tableName = z.strictObject({
  schema: nonEmpty.describe('PostgreSQL schema'),
  name: nonEmpty.describe('Table name as the database has it'),
})

/** The types a key that partitions by time may have. */
export const TIME_KEY_TYPES = ['timestamptz', 'timestamp', 'date'] as const
/** The types a tenant key may have. */
export const TENANT_KEY_TYPES = ['text', 'uuid', 'smallint', 'integer', 'bigint'] as const

const key = <const T extends readonly string[]>(types: T) =>
  z.strictObject({
    field: nonEmpty.describe('Field in the model'),
    column: nonEmpty.describe('Column in the table'),
    type: z.enum(types).describe('PostgreSQL type; varchar counts as text'),
  })

const retention = z.strictObject({
  after: duration.describe('A partition retires once its upper bound is this long ago'),
  grace: duration.describe('How long a detached partition is kept before it is dropped'),
})

const range = z.strictObject({
  kind: z.literal('range'),
  by: key(TIME_KEY_TYPES),
  interval: duration.describe('Length of one partition'),
  timeZone: timeZone.describe('Where a day, a week or a month begins'),
  premake: z.int().min(1).max(10_000).describe('How many partitions to keep ahead of the current one'),
  retention: retention.nullable().describe('null keeps everything'),
})

const list = z.strictObject({
  kind: z.literal('list'),
  by: key(TENANT_KEY_TYPES),
  tenants: nonEmpty.describe('Name of the tenant set whose members get one partition each'),
  subpartition: range.describe('How each partition is partitioned in turn'),
})

const policy = z.discriminatedUnion('kind', [range, list])

const keyDefault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['cuid', 'cuid2', 'uuid4', 'uuid7', 'ulid']) }),
  z.strictObject({ kind: z.literal('nanoid'), length: z.int().min(2).max(255) }),
  z.strictObject({ kind: z.literal('database').describe('The default, identity or sequence of the column') }),
])

const sourceKey = key(TENANT_KEY_TYPES).extend({
  default: keyDefault.optional().describe('How a key is made for a row that names none; left out where every row names one'),
})

const tenantSet = z.strictObject({
  name: nonEmpty.describe('Model name of the tenant table; "default" where tenants have no table'),
  type: z.enum(TENANT_KEY_TYPES),
  source: z
    .strictObject({ model: nonEmpty, table: tableName, key: sourceKey })
    .nullable()
    .describe('The table that has one row per tenant; null where tenants are only registered by hand'),
})

const table = z.strictObject({
  model: nonEmpty,
  table: tableName,
  policy,
  declaredAt: nonEmpty.describe('file:line:column of the annotation'),
})

const document = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(DOCUMENT_VERSION),
  schemaHash: nonEmpty.describe('Fingerprint of the schema text this was generated from'),
  partitionSchema: nonEmpty.describe('PostgreSQL schema that the partitions live in'),
  tenantSets: z.array(tenantSet),
  tables: z.array(table),
})

// Deep, so that a value written `as const` (readonly to the last array) is a document too.
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

export type TableName = DeepReadonly<z.infer<typeof tableName>>
export type TimeKeyType = (typeof TIME_KEY_TYPES)[number]
export type TenantKeyType = (typeof TENANT_KEY_TYPES)[number]
export type RetentionPolicy = DeepReadonly<z.infer<typeof retention>>
export type RangePolicy = DeepReadonly<z.infer<typeof range>>
export type ListPolicy = DeepReadonly<z.infer<typeof list>>
/** How one level of a table is partitioned. */
export type PartitionPolicy = RangePolicy | ListPolicy
/** How a tenant's key is made where an insert names none. */
export type TenantKeyDefault = DeepReadonly<z.infer<typeof keyDefault>>
export type TenantSet = DeepReadonly<z.infer<typeof tenantSet>>
export type TablePolicy = DeepReadonly<z.infer<typeof table>>
/** The desired state, free of any ORM's words but for the names of models and fields: the content of `partman.json`. */
export type PartmanDocument = DeepReadonly<z.infer<typeof document>>

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

function assertReferences(document: PartmanDocument): void {
  const sets = new Map(document.tenantSets.map((set) => [set.name, set]))
  for (const { model, policy } of document.tables) {
    if (policy.kind !== 'list') continue
    const set = sets.get(policy.tenants)
    if (!set)
      throw new PartmanError('DOCUMENT_INVALID', `${model} names the tenant set "${policy.tenants}", which the document does not have`)
    if (set.type !== policy.by.type) {
      throw new PartmanError(
        'DOCUMENT_INVALID',
        `${model}.${policy.by.field} is ${policy.by.type}, the keys of the tenant set "${set.name}" are ${set.type}`,
      )
    }
  }
}

/** The document's shape as a JSON Schema (draft 2020-12), published with the package as `partman.schema.json`. */
export function documentJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(document), title: 'partman document', description: 'Desired state of partitioned PostgreSQL tables' }
}
