import type { GeneratorOptions } from '@prisma/generator-helper'
import { DEFAULT_PARTITION_SCHEMA, SETTINGS } from './generator-block.js'
import type { Position, Problem } from './problem.js'
import { datasourceSchemas, refuseSchema } from './refuse-schema.js'
import type { SchemaBlock } from './scan-schema.js'
import { suggestName } from './suggest-name.js'

/** Resolves the settings of the generator block and the datasource to the schema that partitions live in. */
export function resolvePartitionSchema(
  { generator, datasources }: Pick<GeneratorOptions, 'generator' | 'datasources'>,
  blocks: readonly SchemaBlock[],
  start: Position,
  errors: Problem[],
): string {
  const generatorBlock = blocks.find(({ kind, name }) => kind === 'generator' && name === generator.name)
  const datasourceBlock = blocks.find(({ kind }) => kind === 'datasource')
  const [datasource] = datasources
  if (datasource?.activeProvider !== 'postgresql') {
    errors.push({
      position: datasourceBlock?.members.get('provider')?.position ?? datasourceBlock?.position ?? start,
      message: `The datasource is ${datasource?.provider ?? 'missing'}; partman partitions PostgreSQL tables`,
      hint: 'Set provider = "postgresql".',
    })
  }
  const settingPosition = (name: string) => generatorBlock?.members.get(name)?.position ?? generatorBlock?.position ?? start
  for (const name of Object.keys(generator.config)) {
    if ((SETTINGS as readonly string[]).includes(name)) continue
    const suggestion = suggestName(name, SETTINGS)
    errors.push({
      position: settingPosition(name),
      message: `Unknown setting "${name}" of generator ${generator.name}`,
      hint: suggestion ? `Did you mean "${suggestion}"?` : `Besides provider and output there is ${SETTINGS.join(', ')}.`,
    })
  }
  const setting: unknown = generator.config['partitionSchema'] ?? DEFAULT_PARTITION_SCHEMA
  const refusal = refuseSchema('partitionSchema', setting, { datasource: datasourceSchemas({ datasources }) })
  const hint = `Name a schema that holds nothing else, or leave it out for "${DEFAULT_PARTITION_SCHEMA}".`
  if (refusal) errors.push({ position: settingPosition('partitionSchema'), ...refusal, hint })
  return String(setting)
}
