import type { GeneratorConfig } from '@prisma/generator-helper'
import type { Position, Problem } from './problem.js'
import type { SchemaBlock } from './scan-schema.js'

/** Resolves `retireAtMost = "50%"` of the generator block to a share; undefined where it is not set. */
export function resolveRetireAtMost(
  generator: GeneratorConfig,
  blocks: readonly SchemaBlock[],
  start: Position,
  errors: Problem[],
): number | undefined {
  const setting: unknown = generator.config['retireAtMost']
  if (setting === undefined) return undefined
  const percent = typeof setting === 'string' ? Number(/^(\d{1,3})\s*%$/.exec(setting)?.[1]) : Number.NaN
  if (percent >= 1 && percent <= 100) return percent / 100
  const block = blocks.find(({ kind, name }) => kind === 'generator' && name === generator.name)
  errors.push({
    position: block?.members.get('retireAtMost')?.position ?? block?.position ?? start,
    message: `retireAtMost is ${JSON.stringify(setting)}, and not a share from 1 % to 100 %`,
    hint: 'Write retireAtMost = "50%": no run takes more of the past and present partitions of a table without an approval.',
  })
  return undefined
}
