import { existsSync } from 'node:fs'
import { basename, dirname, join, posix, relative, resolve, sep } from 'node:path'
import { PartmanError } from '@partman/core'
import {
  DEFAULT_OUTPUT,
  isPartmanGenerator,
  locateDocument,
  readSchemaFiles,
  type SchemaBlock,
  scanSchema,
  settingText,
} from '@partman/generator'
import { applyReplacements, type FileEdit, readText, type TextFile } from './text-file.js'

/** Where `prisma generate` puts what the application imports; paths are absolute. */
export interface GeneratedFolders {
  /** Undefined for the client below `node_modules`, which is imported as a package. */
  readonly client: string | undefined
  readonly partman: string
}

interface PlacedBlock {
  readonly file: TextFile
  readonly block: SchemaBlock
}

const CLIENT_PROVIDERS = new Set(['prisma-client', 'prisma-client-js'])

/**
 * Puts the generator block of partman behind that of the client, unless the schema has one.
 *
 * @throws PartmanError `DATASOURCE_UNSUPPORTED`, `CLIENT_GENERATOR_MISSING`, `GENERATOR_NOT_FOUND` where there are two of ours
 */
export async function declareGenerator(
  folder: string,
  schemaPath: string,
): Promise<{ edit: FileEdit | undefined; folders: GeneratedFolders }> {
  const files = await Promise.all(readSchemaFiles(schemaPath).map(({ path }) => readText(path)))
  const blocks = files.flatMap((file) =>
    scanSchema(relative(folder, file.path), file.text).blocks.map((block): PlacedBlock => ({ file, block })),
  )
  assertPostgresql(folder, schemaPath, blocks)
  const client = findClientGenerator(folder, schemaPath, blocks)
  const clientOutput = setting(client.block, 'output')
  const clientFolder = clientOutput === undefined ? undefined : resolve(dirname(client.file.path), clientOutput)
  const applicationClient = clientFolder?.split(sep).includes('node_modules') ? undefined : clientFolder
  if (blocks.some(({ block }) => isPartmanGenerator(block))) {
    return { edit: undefined, folders: { client: applicationClient, partman: dirname(locateDocument(schemaPath)) } }
  }
  const output = chooseOutput(folder, dirname(client.file.path), applicationClient && clientOutput)
  const at = endOfBlock(client)
  const text = applyReplacements(client.file, [
    { start: at, end: at, text: `\n\ngenerator partman {\n  provider = "partman-generator"\n  output   = ${JSON.stringify(output)}\n}` },
  ])
  return {
    edit: { file: client.file, text, what: 'the generator block' },
    folders: { client: applicationClient, partman: resolve(dirname(client.file.path), output) },
  }
}

function assertPostgresql(folder: string, schemaPath: string, blocks: readonly PlacedBlock[]): void {
  const datasource = blocks.find(({ block }) => block.kind === 'datasource')
  const provider = datasource && setting(datasource.block, 'provider')
  if (provider === 'postgresql' || provider === 'postgres') return
  const place = datasource ? placeOf(folder, datasource) : relative(folder, schemaPath)
  throw new PartmanError(
    'DATASOURCE_UNSUPPORTED',
    datasource
      ? `${place}: the datasource is ${provider === undefined ? 'of no provider' : `"${provider}"`}, not "postgresql"`
      : `The Prisma schema at ${place} has no datasource`,
    { hint: 'partman makes partitions of PostgreSQL, and of nothing else: provider = "postgresql".' },
  )
}

function findClientGenerator(folder: string, schemaPath: string, blocks: readonly PlacedBlock[]): PlacedBlock {
  const found = blocks.find(({ block }) => block.kind === 'generator' && CLIENT_PROVIDERS.has(setting(block, 'provider') ?? ''))
  if (found) return found
  throw new PartmanError(
    'CLIENT_GENERATOR_MISSING',
    `The Prisma schema at ${relative(folder, schemaPath)} has no generator of a Prisma client`,
    { hint: 'Add: generator client { provider = "prisma-client" output = "../generated/prisma" }' },
  )
}

function setting({ members }: SchemaBlock, name: string): string | undefined {
  return settingText(members.get(name))
}

function placeOf(folder: string, { file, block: { position } }: PlacedBlock): string {
  return `${relative(folder, file.path)}:${position.line}:${position.column}`
}

/** Beside the client's folder, never in it: Prisma clears that one. Without one, where the compiler of the application looks. */
function chooseOutput(folder: string, schemaFolder: string, clientOutput: string | undefined): string {
  if (clientOutput === undefined) {
    if (!existsSync(join(folder, 'src'))) return DEFAULT_OUTPUT
    const below = posixPath(relative(schemaFolder, join(folder, 'src', 'generated', 'partman')))
    return below.startsWith('.') ? below : `./${below}`
  }
  const clean = posixPath(clientOutput).replace(/\/+$/, '')
  const parent = posix.dirname(clean)
  const beside = (name: string) => (parent === '.' && clean.startsWith('./') ? `./${name}` : posix.join(parent, name))
  // A folder of its own for all that is generated holds the client alone; so does one that somebody else fills.
  const isTaken = /^_*generated_*$/.test(basename(clean)) || existsSync(resolve(schemaFolder, parent, 'partman'))
  return beside(isTaken ? `${basename(clean)}-partman` : 'partman')
}

function posixPath(path: string): string {
  return path.replaceAll('\\', '/')
}

/** The offset behind the closing brace of a block. */
function endOfBlock({ file: { text }, block: { position } }: PlacedBlock): number {
  const token = /"(?:\\.|[^"\\\r\n])*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|\}/g
  token.lastIndex = offsetOfLine(text, position.line) + position.column - 1
  for (let match = token.exec(text); match; match = token.exec(text)) if (match[0] === '}') return token.lastIndex
  return text.length
}

function offsetOfLine(text: string, line: number): number {
  const newline = /\r\n|\r|\n/g
  for (let at = 1; at < line; at++) newline.exec(text)
  return newline.lastIndex
}
