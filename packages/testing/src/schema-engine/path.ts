import { fileURLToPath } from 'node:url'

/** The executable for `PRISMA_SCHEMA_ENGINE_BINARY`. Throws on Windows, where a script cannot stand in for the native engine. */
export function schemaEnginePath(): string {
  if (process.platform === 'win32')
    throw new Error('partman-schema-engine does not run on Windows; use the native schema engine of Prisma.')
  return fileURLToPath(new URL('../../bin/partman-schema-engine.js', import.meta.url))
}
