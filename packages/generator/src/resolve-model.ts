import type { DMMF } from '@prisma/generator-helper'
import type { Problem } from './problem.js'
import type { SchemaModels } from './schema-models.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** Resolves the model below an annotation; one that Prisma leaves out becomes a problem. */
export function resolveModel(
  { block, position }: Pick<ModelAnnotation, 'block' | 'position'>,
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
