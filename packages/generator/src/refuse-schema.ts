import type { GeneratorOptions } from '@prisma/generator-helper'
import type { Problem } from './problem.js'
import { DEFAULT_SCHEMA } from './table-name.js'

/** The schemas that something looks after. */
export interface ManagedSchemas {
  /** By Prisma Migrate: what it does not know there, it drops. */
  readonly datasource: readonly string[]
  /** By partman; undefined while it is looked for. */
  readonly partitions?: string
}

/** Schemas that no partition can live in: partman's bookkeeping has the first. */
const RESERVED_SCHEMA = /^(partman|information_schema|pg_.*)$/
/** PostgreSQL cuts longer names off. */
const MAX_NAME_BYTES = 63

/** The schemas of the datasource, as Prisma has them by default. */
export function datasourceSchemas({ datasources: [datasource] }: Pick<GeneratorOptions, 'datasources'>): readonly string[] {
  return datasource && datasource.schemas.length > 0 ? datasource.schemas : [DEFAULT_SCHEMA]
}

/** What speaks against keeping partitions in a schema. `setting` is what names it. */
export function refuseSchema(setting: string, name: unknown, managed: ManagedSchemas): Pick<Problem, 'message'> | undefined {
  if (typeof name !== 'string' || name === '') return { message: `${setting} is not the name of a schema` }
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return { message: `${setting} is longer than the ${MAX_NAME_BYTES} bytes that PostgreSQL keeps of a name` }
  }
  if (RESERVED_SCHEMA.test(name)) return { message: `${setting} is "${name}", which is reserved` }
  if (name === managed.partitions) return { message: `${setting} is "${name}", where the partitions live that are in use` }
  if (!managed.datasource.includes(name)) return undefined
  return { message: `${setting} is "${name}", a schema of the datasource: Prisma Migrate would see every partition as drift` }
}
