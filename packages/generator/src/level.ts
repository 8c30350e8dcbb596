import type { PartitionPolicy } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'
import type { Position, Problem } from './problem.js'
import type { ManagedSchemas } from './refuse-schema.js'
import type { KeyField } from './resolve-key-field.js'
import type { TenantModels } from './resolve-tenant-sets.js'
import type { SchemaBlock } from './scan-schema.js'
import type { SchemaModels } from './schema-models.js'

/** The model that a level is resolved for, and where its problems go. */
export interface LevelContext {
  readonly model: DMMF.Model
  readonly block: SchemaBlock
  readonly schema: SchemaModels
  readonly tenantModels: TenantModels
  readonly managedSchemas: ManagedSchemas
  readonly errors: Problem[]
  readonly warnings: Problem[]
}

/** One level of a table as far as it could be resolved. */
export interface Level {
  readonly kind: PartitionPolicy['kind']
  /** Where its key is named. */
  readonly position: Position
  /** The fields of its key, outermost first; undefined where an error was found in them. */
  readonly keys: readonly KeyField<string>[] | undefined
  /** Where it asks for a DEFAULT partition. */
  readonly default?: Position | undefined
  /** Without what is below it; undefined where an error was found. */
  readonly policy: PartitionPolicy | undefined
}
