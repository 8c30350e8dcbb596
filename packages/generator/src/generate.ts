import { type PartmanDocument, parseDocument } from '@partman/core'
import type { GeneratorOptions } from '@prisma/generator-helper'
import { emitConfig } from './emit-config.js'
import { CONFIG_FILE, DOCUMENT_FILE } from './generator-block.js'
import { type Findings, formatErrors, formatWarnings, type Problem } from './problem.js'
import { datasourceSchemas } from './refuse-schema.js'
import { resolveAnnotations, warnOfRemarks } from './resolve-annotations.js'
import { resolveDocument } from './resolve-document.js'
import { resolvePartitionSchema } from './resolve-partition-schema.js'
import { resolveRetireAtMost } from './resolve-retire-at-most.js'
import { scanSchema } from './scan-schema.js'
import { displayPath, hashSchemaFiles, readSchemaFiles } from './schema-files.js'
import { joinModels } from './schema-models.js'
import { writeOutputs } from './write-outputs.js'

export { warmUp } from './emit-config.js'

/** The part of what Prisma hands to a generator that this one reads. */
export type GenerateOptions = Pick<GeneratorOptions, 'schemaPath' | 'generator' | 'datasources'> & {
  readonly dmmf: Pick<GeneratorOptions['dmmf'], 'datamodel'>
}

/**
 * Writes `partman.json` and `partman.ts` to the generator's output folder; prints warnings through `print`.
 *
 * @throws Error with every problem of the schema, each with its place and a suggestion; nothing is written then
 */
export async function generate(options: GenerateOptions, print: (text: string) => void): Promise<void> {
  const output = options.generator.output?.value
  if (!output) throw new Error('The generator block has no output folder. Add output = "../generated/partman".')
  const { document, warnings } = readDocument(options)
  const config = await emitConfig(document)
  if (warnings.length > 0) print(formatWarnings(warnings))
  writeOutputs(output, { [DOCUMENT_FILE]: `${JSON.stringify(document, null, 2)}\n`, [CONFIG_FILE]: config })
}

/**
 * Reads the annotations of a Prisma schema into the document.
 *
 * @throws Error with every problem of the schema, each with its place and a suggestion
 */
export function readDocument(options: GenerateOptions): { document: PartmanDocument; warnings: readonly Problem[] } {
  const files = readSchemaFiles(options.schemaPath)
  const scans = files.map(({ path, text }) => scanSchema(displayPath(path), text))
  const blocks = scans.flatMap((scan) => scan.blocks)
  const findings: Findings = { errors: [], warnings: [] }
  const annotations = resolveAnnotations(
    scans.flatMap(({ comments }) => comments),
    findings.errors,
  )
  warnOfRemarks(
    scans.flatMap(({ remarks }) => remarks),
    findings.warnings,
  )
  const start = { file: displayPath(files[0]?.path ?? options.schemaPath), line: 1, column: 1 }
  const retireAtMost = resolveRetireAtMost(options.generator, blocks, start, findings.errors)
  const settings = {
    schemaHash: hashSchemaFiles(options.schemaPath, files),
    partitionSchema: resolvePartitionSchema(options, blocks, start, findings.errors),
    ...(retireAtMost === undefined ? {} : { retireAtMost }),
  }
  const managed = { datasource: datasourceSchemas(options), partitions: settings.partitionSchema }
  const document = resolveDocument(annotations, joinModels(options.dmmf.datamodel, blocks), settings, managed, findings)
  if (findings.errors.length > 0) throw new Error(formatErrors(findings.errors))
  return { document: parseDocument(document), warnings: findings.warnings }
}
