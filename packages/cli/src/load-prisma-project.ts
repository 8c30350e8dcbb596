import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { PartmanError } from '@partman/core'
import type { LoadConfigFromFileError } from '@prisma/config'

/** What partman needs to know of a Prisma project; paths are absolute. */
export interface PrismaProject {
  /** Schema file or folder. */
  readonly schemaPath: string
  readonly migrationsFolder: string
  /** As Prisma's configuration has it; undefined where it says nothing. */
  readonly url: string | undefined
}

/** The files Prisma looks for when its configuration names no schema. */
const DEFAULT_SCHEMA_PATHS = ['prisma/schema.prisma', 'schema.prisma']

/**
 * Loads Prisma's own configuration with Prisma's own loader, which prefers `prisma7.config.*` over `prisma.config.*`.
 *
 * @throws PartmanError `PRISMA_CONFIG_INVALID`, `PRISMA_SCHEMA_NOT_FOUND`
 */
export async function loadPrismaProject(
  folder: string,
  { config: configFile, schema }: { config?: string | undefined; schema?: string | undefined },
): Promise<PrismaProject> {
  // A second to load, which commands that are told everything need not wait.
  const { loadConfigFromFile } = await import('@prisma/config')
  const loaded = await loadConfigFromFile({ configRoot: folder, ...(configFile === undefined ? {} : { configFile }) })
  if (loaded.error) throw configInvalid(relative(folder, loaded.resolvedPath), loaded.error)
  const schemaPath = resolveSchemaPath(folder, schema ?? loaded.config.schema)
  const schemaFolder = statSync(schemaPath).isDirectory() ? schemaPath : dirname(schemaPath)
  return {
    schemaPath,
    migrationsFolder: loaded.config.migrations?.path ?? join(schemaFolder, 'migrations'),
    url: loaded.config.datasource?.url,
  }
}

function resolveSchemaPath(folder: string, named: string | undefined): string {
  const candidates = (named === undefined ? DEFAULT_SCHEMA_PATHS : [named]).map((path) => resolve(folder, path))
  const found = candidates.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new PartmanError(
    'PRISMA_SCHEMA_NOT_FOUND',
    `There is no Prisma schema at ${candidates.map((path) => relative(folder, path)).join(' or ')}`,
    {
      hint: 'Run the command in the folder of the project, or pass `--schema <path>` or `--config <path>`.',
    },
  )
}

function configInvalid(file: string, error: LoadConfigFromFileError): PartmanError {
  if (error._tag === 'ConfigFileNotFound') {
    return new PartmanError('PRISMA_CONFIG_INVALID', `There is no Prisma configuration at ${file}`, {
      hint: 'Pass its path with `--config`.',
    })
  }
  const isMissingVariable = error.error.name === 'PrismaConfigEnvError'
  return new PartmanError('PRISMA_CONFIG_INVALID', `${file} cannot be loaded: ${error.error.message}`, {
    hint: isMissingVariable
      ? 'Set that variable, as for the Prisma commands.'
      : 'Prisma itself cannot load it either; see what `prisma validate` says.',
    cause: error.error,
  })
}
