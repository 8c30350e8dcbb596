import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CheckResult } from './check.js'
import { DATABASE_CHECKS, type DatabaseFacts } from './database-checks.js'
import { fromFinding } from './from-finding.js'

/** What loses rows, undoes a safety or ends what somebody else does. */
const TAKES_AWAY =
  /\b(DROP|TRUNCATE|DELETE|pg_terminate_backend|pg_cancel_backend|(?:ROLLBACK|COMMIT) PREPARED|GRANT|UPDATE|hold release|approve(?! .*--dry-run)|migrate (?:resolve|deploy|reset))\b/i

/** What nobody can read or write beside, for as long as it waits. */
const KEEPS_OUT = /\b(ALTER TABLE|REINDEX (?!\w+ CONCURRENTLY)|LOCK TABLE|VACUUM FULL|CLUSTER)\b/i
const GIVES_UP = /^DO \$\$ BEGIN SET LOCAL lock_timeout = '2s'; /

const table = (name: string) => ({ schema: 'public', name })
const mark = (name: string, comment = 'partman:retired {') => ({ table: table(name), comment, isTableThere: false })

/** Everything that the checks look for at once. */
const FACTS: DatabaseFacts = {
  server: {
    now: 0,
    version: 140_003,
    inRecovery: true,
    database: 'app',
    role: 'reader',
    settings: Object.fromEntries(
      Object.entries({
        autovacuum: 'off',
        track_counts: 'off',
        enable_partition_pruning: 'off',
        idle_in_transaction_session_timeout: '0',
        lock_timeout: '500',
        statement_timeout: '30000',
      }).map(([name, value]) => [name, { value, source: 'database' }]),
    ),
    transactions: ['a reader', 'pg_dump', 'partman'].map((application, index) => ({
      pid: index + 1,
      user: 'app',
      application,
      state: 'idle in transaction',
      ageMs: 1e6,
    })),
    prepared: [{ gid: 'half', owner: 'app', ageMs: 1e6 }],
    slots: [{ name: 'standby', kind: 'physical', retainedBytes: 1e9, holdsRows: true }],
    seesActivity: false,
    missingPrivileges: [
      { on: 'schema', schema: 'partman', privilege: 'USAGE' },
      { on: 'schema', schema: 'partman_partitions', privilege: 'CREATE' },
      { on: 'table', table: { schema: 'partman', name: 'hold' }, privileges: ['SELECT'] },
    ],
    foreignKeys: { toPartitioned: true, toItself: true },
  },
  relations: {
    tables: [{ ...table('Event'), leaves: 9000, relations: 9000 }],
    pending: [{ partition: table('pending'), parent: table('Event') }],
    foreignOwners: [{ parent: table('Event'), parentOwner: 'app', owner: 'other', partitions: [table('a'), table('$$')], isOurs: true }],
    invalidIndexes: [{ index: table('half'), table: table('a') }],
    unattached: [{ table: table('stray'), estimatedRows: null, candidates: [table('Event')] }],
    marked: [mark('orphan')],
    locks: { perTransaction: 64, sessions: 100 },
  },
  maintenance: {
    hasHooks: true,
    leaseName: 'partman',
    lastRunAgeMs: null,
    lease: { holder: 'host:1', expiresInMs: -1 },
    running: null,
    lastReported: { outcome: 'failed', ageMs: 1, isSuperseded: false, failedSteps: 1, firstError: 'no space' },
    cutOff: { count: 3, lastHolder: 'host:1', lastAgeMs: 1, isLast: true },
    failingHooks: [{ relation: 'a', phase: 'before-drop', attempts: 3, reason: null }],
    heldTables: [],
  },
}

const HELD_LONG: DatabaseFacts = { ...FACTS, maintenance: { ...FACTS.maintenance!, lease: { holder: 'host:1', expiresInMs: 1e9 } } }
const found = [FACTS, HELD_LONG].flatMap((facts): CheckResult[] => DATABASE_CHECKS.flatMap((check) => [...check.find(facts)]))

/** Commands that the texts of findings name, as the sources have them. */
const COMMANDS = ['../plan', '../runtime', '../../../cli/src', '../../../cli/src/commands'].flatMap((folder) => {
  const path = new URL(`${folder}/`, import.meta.url)
  const files = readdirSync(path).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  return files.flatMap((name) =>
    [...readFileSync(new URL(name, path), 'utf8').matchAll(/\\?`((?:partman|prisma) [^`\n]+?)\\?`/g)].map(([, command = '']) =>
      command.replaceAll(/\$\{[^}]*\}/g, 'Model7'),
    ),
  )
})

const statements = [
  ...found.flatMap((result) => (result.statements ?? []).map((statement) => [result.code, statement] as const)),
  ...COMMANDS.flatMap((command) => {
    const finding = { code: 'HOLD_KEEPS', severity: 'info', declaredAt: null, message: '', nextStep: `Or \`${command}\`.` } as const
    return (fromFinding(finding).statements ?? []).map((statement) => [command, statement] as const)
  }),
]

test('every check of the database has something to tell here', () => {
  const silent = DATABASE_CHECKS.filter((check) => [FACTS, HELD_LONG].every((facts) => check.find(facts).length === 0))
  // An old version gets either no correction, or is not old.
  expect(silent.map(({ name }) => name)).toEqual([])
  expect(COMMANDS).toEqual(expect.arrayContaining(['partman approve Model7', 'partman hold release Model7', 'partman maintain']))
  expect(COMMANDS).toContain('prisma migrate resolve --rolled-back Model7')
})

test('no statement takes anything away, and none keeps others out for longer than two seconds', () => {
  expect(statements.length).toBeGreaterThan(10)
  for (const [from, statement] of statements) {
    expect({ from, statement }).not.toMatchObject({ statement: expect.stringMatching(TAKES_AWAY) })
    if (KEEPS_OUT.test(statement) && !/^DO 'BEGIN SET LOCAL lock_timeout/.test(statement)) expect(statement).toMatch(GIVES_UP)
  }
})

test('a maintainer at work is not disturbed, nor one that cannot be seen', () => {
  const pending = (facts: object) =>
    DATABASE_CHECKS.flatMap((check) => [...check.find(facts as DatabaseFacts)]).filter(({ code }) => code === 'DETACH_PENDING')
  expect(pending(FACTS)).toMatchObject([{ statements: [expect.stringContaining('FINALIZE')] }])
  expect(pending(HELD_LONG)).toMatchObject([{ statements: [] }])
})

test('what no bookkeeping can be asked about is told of without a way to lose it', () => {
  const { maintenance: _, ...unread } = FACTS
  const told = DATABASE_CHECKS.filter(({ needs }) => !needs.includes('maintenance')).flatMap((check) => [
    ...check.find(unread as DatabaseFacts),
  ])
  expect(told).toContainEqual(expect.objectContaining({ code: 'DETACH_PENDING', statements: [] }))
  expect(told).toContainEqual(expect.objectContaining({ code: 'DETACHED_PARTITION_ORPHANED', choices: [] }))
})
