import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PostgresMajor } from '@partman/testing'

/** A PostgreSQL of the system's, outside npm. */
export interface Installation {
  /** The folder with `bin`. */
  readonly folder: string
  readonly major: PostgresMajor
}

/** Where Debian's packages put their servers, one folder for each major. */
const DEBIAN = '/usr/lib/postgresql'
const MAJORS: readonly PostgresMajor[] = [18, 17, 16, 15, 14]

/** The newest installation that has an extension, of `only` a major: what `pg_config` in the PATH tells of, and all of Debian's. */
export function findExtension(name: string, only?: PostgresMajor): Installation | undefined {
  const majors = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  return ['pg_config', ...majors.map((major) => join(DEBIAN, major, 'bin', 'pg_config'))]
    .flatMap((pgConfig) => describeInstallation(pgConfig, name) ?? [])
    .filter(({ major }) => only === undefined || major === only)
    .sort((a, b) => b.major - a.major)[0]
}

function describeInstallation(pgConfig: string, extension: string): Installation | undefined {
  const ask = (what: string) => execFileSync(pgConfig, [what], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const [binaries, share, version] = [ask('--bindir'), ask('--sharedir'), ask('--version')]
    const major = MAJORS.find((one) => one === Number(/\d+/.exec(version)?.[0]))
    const isWhole = existsSync(join(binaries, 'postgres')) && existsSync(join(share, 'extension', `${extension}.control`))
    return major !== undefined && isWhole ? { folder: dirname(binaries), major } : undefined
  } catch {
    return undefined
  }
}
