import { dirname, join, resolve } from 'node:path'
import { PartmanError } from '@partman/core'
import { DEFAULT_OUTPUT, DOCUMENT_FILE } from './generator-block.js'
import { formatPosition } from './problem.js'
import { type SchemaBlock, scanSchema } from './scan-schema.js'
import { displayPath, readSchemaFiles } from './schema-files.js'

/**
 * Locates the `partman.json` of a Prisma schema (a file or a folder): the output of its partman generator, resolved as
 * Prisma does, whether or not it has been generated yet.
 *
 * @throws PartmanError `GENERATOR_NOT_FOUND` where no generator block, or more than one, is ours
 */
export function locateDocument(schemaPath: string): string {
  const found = readSchemaFiles(schemaPath).flatMap(({ path, text }) =>
    scanSchema(displayPath(path), text)
      .blocks.filter(isPartmanGenerator)
      .map((block) => ({ path, block })),
  )
  const [first, second] = found
  if (!first) {
    throw new PartmanError('GENERATOR_NOT_FOUND', `The Prisma schema at ${displayPath(resolve(schemaPath))} has no partman generator`, {
      hint: 'Add: generator partman { provider = "partman-generator" }',
    })
  }
  if (second) {
    const places = found.map(({ block }) => formatPosition(block.position)).join(', ')
    throw new PartmanError('GENERATOR_NOT_FOUND', `The Prisma schema has more than one partman generator: ${places}`, {
      hint: 'Keep one of them.',
    })
  }
  return join(resolve(dirname(first.path), outputOf(first.block)), DOCUMENT_FILE)
}

/** Whether a block is the generator block of partman. */
export function isPartmanGenerator({ kind, members }: SchemaBlock): boolean {
  return kind === 'generator' && /partman-generator|@partman\/generator/.test(settingText(members.get('provider')) ?? '')
}

function outputOf({ members, position }: SchemaBlock): string {
  const setting = members.get('output')
  if (!setting) return DEFAULT_OUTPUT
  const value = settingText(setting)
  if (value !== undefined) return value
  throw new PartmanError('GENERATOR_NOT_FOUND', `The output of the partman generator at ${formatPosition(position)} is not set`, {
    hint: setting.env ? `Set the environment variable ${setting.text}.` : 'Write output = "../generated/partman".',
  })
}

/** The value of a setting, from the environment where it says `env()`; undefined where it is not set. */
export function settingText(setting: { text: string | undefined; env: boolean } | undefined): string | undefined {
  if (!setting || setting.text === undefined) return undefined
  return setting.env ? process.env[setting.text] : setting.text
}
