import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { dmmfFromSchema } from '@partman/testing'
import { onTestFinished } from 'vitest'
import type { GenerateOptions } from '../src/generate.js'
import { displayPath } from '../src/schema-files.js'

const DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n'

/** A folder of schema files, and what Prisma would hand to the generator for it. */
export interface SchemaFolder {
  readonly path: string
  readonly output: string
  readonly options: GenerateOptions
  /** Takes the folder out of messages, so that they read `event.prisma:3:5`. */
  relative(text: string): string
}

/** Writes schema files, given by name below the folder, to a temporary folder that goes when the test ends. A datasource is added. */
export function schemaFolder(
  files: Readonly<Record<string, string>>,
  {
    provider = 'postgresql' as 'postgresql' | 'mongodb',
    schemas = [] as string[],
    config = {} as Record<string, string>,
    datasource = DATASOURCE,
  } = {},
): SchemaFolder {
  const path = mkdtempSync(join(tmpdir(), 'partman-schema-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const all = { 'datasource.prisma': datasource, ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const output = join(path, 'generated')
  return {
    path,
    output,
    options: {
      schemaPath: path,
      dmmf: dmmfFromSchema({ files: all }),
      datasources: [{ name: 'db', provider, activeProvider: provider, schemas, sourceFilePath: join(path, 'datasource.prisma') }],
      generator: {
        name: 'partman',
        provider: { fromEnvVar: null, value: 'partman-generator' },
        output: { fromEnvVar: null, value: output },
        config,
        binaryTargets: [],
        previewFeatures: [],
        sourceFilePath: join(path, 'datasource.prisma'),
      },
    },
    relative: (text) => text.replaceAll(`${displayPath(path)}/`, ''),
  }
}
