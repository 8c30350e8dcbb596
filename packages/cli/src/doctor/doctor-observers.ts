import {
  BOOKKEEPING_VERSION,
  databaseObservers,
  type Finding,
  type Observers,
  type PartmanDocument,
  type PlannedMaintenance,
  planMaintenance,
  readMigrations,
  resolveMigrationHistory,
} from '@partman/core'
import { checkCoverage } from '../check-coverage.js'
import { checkMigrations } from '../check-migrations.js'
import { measurePlanning } from '../measure-planning.js'
import { observeMigrationRows } from '../observe-migrations.js'
import type { Session } from '../session.js'
import type { OpenDatabase } from '../with-database.js'
import type { DoctorFacts } from './doctor-facts.js'
import { observeDeclared } from './observe-declared.js'
import { observePooling } from './observe-pooling.js'
import { observePrisma } from './observe-prisma.js'
import { readOnlyDatabase } from './read-only-database.js'

const DEFAULT_PARTITION_SCHEMA = 'partman_partitions'

/** How everything is observed that `partman doctor` goes by. `open` gives the database, or throws what keeps it from being reached. */
export function doctorObservers(
  session: Session,
  open: () => OpenDatabase,
  options: { readonly transactionAgeMs?: number },
): Observers<DoctorFacts> {
  const declared = once(() => observeDeclared(session))
  /** Without a document there are no declared tables, and the partitions are where they are by default. */
  const known = once(() =>
    declared().then(
      ({ document }): Pick<PartmanDocument, 'tables' | 'partitionSchema'> => document,
      () => ({ tables: [], partitionSchema: DEFAULT_PARTITION_SCHEMA }),
    ),
  )
  const reading = once(async () => readOnlyDatabase(open().pool))
  const database = once(async () => databaseObservers((await reading()).database, await known(), options))
  const plan = once(async (): Promise<PlannedMaintenance & { readonly findings: readonly Finding[] }> => {
    const planned = await planMaintenance((await reading()).database, (await declared()).document, { tellsLocks: true })
    return { ...planned, findings: await measurePlanning(open().url, planned) }
  })
  const files = once(async () => (session.hasProject ? readMigrations((await session.project()).migrationsFolder) : []))
  const migrations = once(async () => {
    const { document } = await declared()
    const { database, client } = await reading()
    // What cannot be planned is told of by itself, and keeps nobody from looking at migrations.
    const planned = await plan().catch(() => undefined)
    const found = await checkMigrations(
      { database, pool: client },
      {
        document,
        schema: open().schema,
        migrations: await files(),
        findings: planned?.findings ?? [],
        bookkeepingVersion: planned ? planned.observation.bookkeepingVersion : BOOKKEEPING_VERSION,
      },
    )
    return found.filter(({ code }) => code !== 'MIGRATION_FAILED')
  })
  const areMigrationsRead = async () => session.hasProject && (await migrations().then(Boolean, () => false))
  return {
    declared,
    async plan() {
      const { plan: made, findings } = await plan()
      // Pending migrations mend some of these, so that one list has all where they can be read.
      return [...((await areMigrationsRead()) ? [] : findings), ...checkCoverage(made)]
    },
    server: async () => (await database()).server(),
    relations: async () => (await database()).relations(),
    maintenance: async () => (await database()).maintenance(),
    pooling: async () => observePooling(open().url),
    async history() {
      const { pending, failed } = resolveMigrationHistory(
        await observeMigrationRows((await reading()).client, open().schema),
        await files(),
      )
      return { pending: pending.map(({ name }) => name), failed }
    },
    migrations,
    prisma: async () => observePrisma(session.folder, (await session.project()).schemaPath),
    schema: async () => (await session.connection()).schema,
    partitionSchema: async () => (await known()).partitionSchema,
  }
}

/** Several facts need the same look; it is taken when the first one does, and its failure is that of all. */
function once<T>(look: () => Promise<T>): () => Promise<T> {
  let taken: Promise<T> | undefined
  return () => {
    taken ??= look()
    return taken
  }
}
