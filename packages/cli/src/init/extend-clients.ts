import { join, relative } from 'node:path'
import type { Node, SourceFile } from 'ts-morph'
import type { GeneratedFolders } from './declare-generator.js'
import { type ClientModule, describeByHand, extendFile } from './extend-file.js'
import { type ClientPlace, clientClassName, findClients } from './find-clients.js'
import type { LeftAlone } from './left-alone.js'
import { listSources } from './list-sources.js'
import { openSources } from './open-sources.js'
import { type FileEdit, readText } from './text-file.js'

/** What becomes of the modules that make Prisma clients. */
export interface ExtendedClients {
  /** Whether some module has the extension already; then none is touched. */
  readonly isDone: boolean
  readonly edits: readonly FileEdit[]
  readonly left: readonly LeftAlone[]
}

const EXTENSION = '@partman/prisma-extension'

/** Programs that run by themselves, and tests: they make clients of their own, for reasons of their own. */
const OWN_CLIENTS = /(^|\/)(tests?|__tests__|__mocks__|e2e|scripts?|seeds?|fixtures|bench)\/|(^|\/)seed[^/]*$|[.-](test|spec)\.[^/]*$/

/** Works out how each module that exports a Prisma client exports it with the extension, as far as the application's types bear it. */
export async function extendClients(folder: string, folders: GeneratedFolders): Promise<ExtendedClients> {
  const generated = [folders.partman, ...(folders.client === undefined ? [] : [folders.client])]
  const files = await Promise.all((await listSources(folder, generated)).map(readText))
  const sources = openSources(
    folder,
    folders,
    files.filter(({ text }) => text.includes('PrismaClient') || text.includes(EXTENSION)),
    files,
  )
  if (sources.modules.some(({ source }) => importsExtension(source))) return { isDone: true, edits: [], left: [] }
  const edits: FileEdit[] = []
  const left: LeftAlone[] = []
  const config = join(folders.partman, 'partman')
  const isListenedTo = files.some(({ text }) => /\.\$on\s*\(/.test(text))
  for (const { file, source } of sources.modules) {
    const className = clientClassName(source, folders)
    if (className === undefined) continue
    const module: ClientModule = { file, source, className, config, options: sources.options, isListenedTo }
    const path = relative(folder, file.path).replaceAll('\\', '/')
    const placeOf = (node: Node) => `${path}:${node.getStartLineNumber()}`
    if (OWN_CLIENTS.test(path)) {
      left.push(...findClients(source, className).map((found) => ({ place: placeOf(nodeOf(found)), ...ownClient(module) })))
      continue
    }
    const extended = extendFile(module)
    left.push(...extended.left.map(({ node, reason, todo }) => ({ place: placeOf(node), reason, todo })))
    if (extended.text === undefined) continue
    const error = sources.tryText(source, extended.text)
    if (error === undefined) edits.push({ file, text: extended.text, what: 'the client extension' })
    else left.push({ place: path, ...wouldNotCompile(error, module) })
  }
  if (edits.length + left.length === 0) left.push(noClient(folder, config))
  return { isDone: false, edits, left }
}

function importsExtension(source: SourceFile): boolean {
  return source
    .getImportDeclarations()
    .some((each) => each.getModuleSpecifierValue() === EXTENSION && each.getNamedImports().some((named) => named.getName() === 'partman'))
}

function nodeOf(place: ClientPlace): Node {
  return place.kind === 'class' ? place.declaration : place.made
}

function ownClient(module: ClientModule): Omit<LeftAlone, 'place'> {
  return {
    reason: 'a script or a test makes a client of its own',
    todo: `Where it creates tenants, import the application's client, or write ${describeByHand(module)}.`,
  }
}

function wouldNotCompile(error: string, module: ClientModule): Omit<LeftAlone, 'place'> {
  return {
    reason: `extended, the client would have another type than the application expects: ${error}`,
    todo: `Let that code take \`typeof\` the client in place of PrismaClient, then run \`partman init\` again, or write ${describeByHand(module)}.`,
  }
}

function noClient(folder: string, config: string): LeftAlone {
  return {
    place: '.',
    reason: 'no TypeScript file below makes a client with `new PrismaClient(...)`',
    todo: `Where the client is made, write \`.$extends(partman(config))\` behind it: partman from '${EXTENSION}', config from ${relative(folder, config).replaceAll('\\', '/')}.ts.`,
  }
}
