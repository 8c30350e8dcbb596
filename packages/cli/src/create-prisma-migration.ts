import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isEmptyMigration, readMigrations } from '@partman/core'
import { runPrismaMigrateDev } from './run-prisma-migrate-dev.js'
import type { Session } from './session.js'

/**
 * Has Prisma write a migration for what has changed in the schema. Where nothing has, Prisma writes an empty one, which is removed again.
 *
 * @throws PartmanError `PRISMA_CLI_NOT_FOUND`, `PRISMA_CLI_FAILED`
 */
export async function createPrismaMigration(session: Session, name: string | undefined): Promise<void> {
  const { migrationsFolder } = await session.project()
  const before = new Set((await readMigrations(migrationsFolder)).map((migration) => migration.name))
  const { schema, config, url } = session.options
  await runPrismaMigrateDev(session.folder, { name, schema, config, url, json: session.output.json })
  for (const migration of await readMigrations(migrationsFolder)) {
    if (before.has(migration.name) || !(await isEmptyMigration(migration))) continue
    await rm(dirname(migration.path), { recursive: true })
    session.output.print(`The schema has not changed: removed the empty migration ${migration.name}`)
  }
}
