import type { DMMF } from '@prisma/generator-helper'
import type { Problem } from './problem.js'
import type { ModelAnnotation } from './resolve-annotations.js'
import type { SchemaModels } from './schema-models.js'

/** Resolves the model below an annotation; one that Prisma leaves out becomes a problem. */
export function resolveModel(
  { block, position }: ModelAnnotation,
  annotation: string,
  { models }: SchemaModels,
  problems: Problem[],
): DMMF.Model | undefined {
  const model = models.get(block.name)
  if (!model) {
    problems.push({
      position,
      message: `@${annotation} stands above ${block.name}, which Prisma ignores`,
      hint: `Remove @@ignore from ${block.name}, or the annotation.`,
    })
  }
  return model
}
