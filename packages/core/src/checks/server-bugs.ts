import type { CheckResult, Choice } from './check.js'
import type { ServerCheck, ServerHealth } from './server-facts.js'

interface ServerBug {
  /** The first release of each major without it; a major that is not named never had it. */
  readonly fixedIn: Readonly<Record<number, number>>
  readonly what: string
  readonly nextStep: string
  readonly choices: readonly Choice[]
  /** Whether this database can have met it. */
  concerns(server: ServerHealth): boolean
}

const BUGS: readonly ServerBug[] = [
  // https://www.postgresql.org/docs/release/14.4/
  {
    fixedIn: { 14: 4 },
    what: 'an index that is built CONCURRENTLY may lack rows that are updated meanwhile; the maintainer builds indexes so',
    nextStep: 'Install a newer minor version, then build every index anew that was built CONCURRENTLY, with REINDEX INDEX CONCURRENTLY.',
    choices: [{ label: 'after the new version is installed', sql: 'REINDEX INDEX CONCURRENTLY <index>;' }],
    concerns: () => true,
  },
  // https://www.postgresql.org/docs/release/17.1/, /16.5/, /15.9/, /14.14/
  {
    fixedIn: { 14: 14, 15: 9, 16: 5, 17: 1 },
    what: 'a detached partition keeps a foreign key to a partitioned table that is not enforced any more',
    nextStep:
      'Install a newer minor version. The constraints of partitions that stand detached are to be dropped and added again: the release notes of 17.1, 16.5, 15.9 and 14.14 have a query that finds them.',
    choices: [
      {
        label: 'after the new version is installed, and the constraint was dropped; the second statement keeps no writer out',
        sql: 'ALTER TABLE <detached> ADD CONSTRAINT <name> FOREIGN KEY (<columns>) REFERENCES <table> NOT VALID; ALTER TABLE <detached> VALIDATE CONSTRAINT <name>;',
      },
    ],
    concerns: ({ foreignKeys }) => foreignKeys.toPartitioned,
  },
  // https://www.postgresql.org/docs/release/17.5/, /16.9/, /15.13/, /14.18/
  {
    fixedIn: { 14: 18, 15: 13, 16: 9, 17: 5 },
    what: 'a foreign key of a partitioned table to itself is not fully enforced in partitions that were made or attached later',
    nextStep:
      'Install a newer minor version; those foreign keys are to be dropped and added again, when nobody writes: one of a partitioned table cannot be added as NOT VALID before PostgreSQL 18, so that adding it keeps writers out until all rows are checked.',
    choices: [],
    concerns: ({ foreignKeys }) => foreignKeys.toItself,
  },
]

export const serverBugsCheck: ServerCheck = {
  name: 'bugs of this version of PostgreSQL',
  needs: ['server'],
  find({ server }): CheckResult[] {
    const [major, minor] = [Math.floor(server.version / 10_000), server.version % 10_000]
    return BUGS.filter((bug) => minor < (bug.fixedIn[major] ?? 0) && bug.concerns(server)).map(({ fixedIn, what, nextStep, choices }) => ({
      code: 'SERVER_BUG',
      severity: 'warning',
      message: `PostgreSQL ${major}.${minor} has a bug that ${major}.${fixedIn[major]} has not: ${what}`,
      reason: 'Rows may be lost to a search, or refer to nothing, and no error tells of it.',
      nextStep,
      choices,
    }))
  },
}
