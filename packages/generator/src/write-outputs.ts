import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes files into a folder, which is made if need be. Each is replaced in one step, and not touched at all when its
 * content stays the same, so that watchers and builds do not run for nothing.
 *
 * @throws the file system's error; the files are then the old ones, or the new ones, never half of one
 */
export function writeOutputs(folder: string, contents: Readonly<Record<string, string>>): void {
  const changed = Object.entries(contents).filter(([name, content]) => readIfThere(join(folder, name)) !== content)
  if (changed.length === 0) return
  mkdirSync(folder, { recursive: true })
  const run = randomUUID()
  const staged = changed.map(([name, content]) => ({ path: join(folder, name), temporary: join(folder, `.${name}.${run}`), content }))
  try {
    for (const { temporary, content } of staged) writeFileSync(temporary, content)
    for (const { path, temporary } of staged) renameSync(temporary, path)
  } finally {
    for (const { temporary } of staged) rmSync(temporary, { force: true })
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
