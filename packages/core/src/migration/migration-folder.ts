import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PartmanError } from '../error.js'
import { resolveMigrationName, resolveMigrationTimestamp } from './migration-name.js'
import { parseStatements } from './parse-statements.js'

/** The script's name inside each migration folder. */
export const MIGRATION_FILE = 'migration.sql'

/** One migration folder. */
export interface MigrationFile {
  /** Name of the folder. */
  readonly name: string
  /** Path of the script. */
  readonly path: string
  readonly sql: string
}

/**
 * Reads a migrations folder in the order in which Prisma applies it; a folder that does not exist has none.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE` when a folder has no script
 */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.sort((a, b) => a.localeCompare(b)).map((name) => readMigration(name, join(folder, name, MIGRATION_FILE))))
}

async function readMigration(name: string, path: string): Promise<MigrationFile> {
  try {
    return { name, path, sql: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new PartmanError('MIGRATION_UNREADABLE', `The migration "${name}" has no readable ${MIGRATION_FILE}`, {
      hint: `Restore ${path}, or remove the folder when it was never applied.`,
      cause,
    })
  }
}

/** Whether a migration has no statement at all, as Prisma writes one where the schema has not changed. */
export async function isEmptyMigration({ name, sql }: MigrationFile): Promise<boolean> {
  return (await parseStatements(sql, `${name}/${MIGRATION_FILE}`)).length === 0
}

/**
 * Writes a new migration folder that sorts behind all there are. It appears whole or not at all.
 *
 * @throws PartmanError `MIGRATION_NAME_INVALID`, `MIGRATION_EXISTS`
 */
export async function writeMigration(folder: string, name: string, sql: string, now: Date): Promise<MigrationFile> {
  await mkdir(folder, { recursive: true })
  const newest = (await readMigrations(folder)).at(-1)?.name
  const folderName = `${resolveMigrationTimestamp(newest, now)}_${resolveMigrationName(name)}`
  // Beside the migrations folder, not in it: Prisma takes each folder in there for a migration.
  const draft = await mkdtemp(join(dirname(folder), '.partman-'))
  try {
    await mkdir(join(draft, folderName))
    await writeFile(join(draft, folderName, MIGRATION_FILE), sql)
    await rename(join(draft, folderName), join(folder, folderName))
  } catch (cause) {
    if (!isTaken(cause)) throw cause
    throw new PartmanError('MIGRATION_EXISTS', `The migration folder "${folderName}" exists already`, {
      hint: 'Run the command again.',
      cause,
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return { name: folderName, path: join(folder, folderName, MIGRATION_FILE), sql }
}

/** Puts a new text in place of a migration's script, whole or not at all. */
export async function replaceMigration({ path }: MigrationFile, sql: string): Promise<void> {
  const draft = await mkdtemp(join(dirname(dirname(dirname(path))), '.partman-'))
  try {
    await writeFile(join(draft, MIGRATION_FILE), sql)
    await rename(join(draft, MIGRATION_FILE), path)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTEMPTY')
}
