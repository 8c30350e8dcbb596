import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'

/** One file of a Prisma schema. */
export interface SchemaFile {
  /** Absolute path. */
  readonly path: string
  readonly text: string
}

/**
 * Reads the Prisma schema at a path: one file, or every `*.prisma` below a folder, in the order of their paths.
 *
 * @throws the file system's error where the path cannot be read
 */
export function readSchemaFiles(schemaPath: string): SchemaFile[] {
  const root = resolve(schemaPath)
  const paths = statSync(root).isDirectory() ? schemaPathsBelow(root, new Set()) : [root]
  // A byte order mark is not part of the text; Prisma drops it as well.
  return paths.sort().map((path) => ({ path, text: readFileSync(path, 'utf8').replace(/^\uFEFF/, '') }))
}

function schemaPathsBelow(folder: string, visited: Set<string>): string[] {
  const real = realpathSync(folder)
  if (visited.has(real)) return []
  visited.add(real)
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return schemaPathsBelow(path, visited)
    return stats?.isFile() && name.endsWith('.prisma') ? [path] : []
  })
}

/**
 * Fingerprints the Prisma schema at a path (a file or a folder), as `schemaHash` of the document does: a document whose
 * hash differs is stale. Line endings do not count, so a checkout on Windows has the hash of one on Linux.
 *
 * @throws the file system's error where the path cannot be read
 */
export function hashSchema(schemaPath: string): string {
  return hashSchemaFiles(schemaPath, readSchemaFiles(schemaPath))
}

/** Fingerprints schema files that have been read already; see `hashSchema`. */
export function hashSchemaFiles(schemaPath: string, files: readonly SchemaFile[]): string {
  const root = resolve(schemaPath)
  const entries = files.map(({ path, text }) => [
    path === root ? basename(path) : toPosix(relative(root, path)),
    text.replaceAll(/\r\n?/g, '\n'),
  ])
  // Sorted anew: separators differ between platforms, and so may the order of the paths.
  entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return `sha256:${createHash('sha256').update(JSON.stringify(entries)).digest('hex')}`
}

/** Returns a path as messages show it: relative to the working directory, with `/` between folders. */
export function displayPath(path: string): string {
  return toPosix(relative(process.cwd(), path))
}

function toPosix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}
