import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const NOT_SOURCES = new Set(['node_modules', 'generated', '__generated__', 'dist', 'build', 'out', 'coverage'])

/** Lists the TypeScript files below a folder that people write, in order; `generated` are folders that `prisma generate` writes. */
export async function listSources(folder: string, generated: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        return entry.name.startsWith('.') || NOT_SOURCES.has(entry.name) || generated.includes(path) ? [] : listSources(path, generated)
      }
      return entry.isFile() && /(?<!\.d)\.[cm]?tsx?$/.test(entry.name) ? [path] : []
    }),
  )
  return found.flat().sort()
}
