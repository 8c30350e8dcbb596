import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where packages put it, and an ordinary user's PATH does not look. */
const BESIDE_PATH = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The program `pgbouncer` of this machine; undefined where there is none. */
export function findPgBouncer(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...BESIDE_PATH]
  return folders.map((folder) => join(folder, 'pgbouncer')).find(mayExecute)
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
