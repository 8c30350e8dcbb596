import type { TableName } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'

/** The schema of models without `@@schema`. A `?schema=` of the connection string is out of a generator's sight. */
export const DEFAULT_SCHEMA = 'public'

/** Returns the table of a model. */
export function tableOf({ schema, dbName, name }: DMMF.Model): TableName {
  return { schema: schema ?? DEFAULT_SCHEMA, name: dbName ?? name }
}
