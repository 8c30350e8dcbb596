import {
  addHold,
  type Operation,
  planMaintenance,
  renderCreateTrigger,
  renderFirstPartitions,
  renderOperation,
  renderRegistration,
  restoreDetached,
  wantTriggers,
} from '@partman/core'
import { beforeAll, expect, it } from 'vitest'
import { cutOffDetach } from '../packages/core/src/fixtures/cut-off-detach.js'
import { LOCKS_DOCUMENT, lockScene, type SeenLocks } from './fixtures/lock-scene.js'
import { readPage } from './fixtures/read-page.js'

const PAGE = await readPage('docs/locks.md')

/** The rows of the page's tables, each by its first column: what its second says. */
const told = new Map(
  [...PAGE.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|.*\|$/gm)]
    .filter(([, step]) => step !== 'step' && !step?.startsWith('--'))
    .map(([, step = '', locks = '']) => [step, locks] as const),
)

const seen = new Map<string, string>()
const steps: SeenLocks[] = []

function keep(step: string, locks: readonly string[]): void {
  const text = locks.join('; ') || 'none'
  expect([step, seen.get(step) ?? text]).toEqual([step, text])
  seen.set(step, text)
}

/** What the page calls an operation. */
function labelOf(operation: Operation): string {
  const { kind, table } = operation
  if (kind === 'create-partition' && table.name === 'Event') return '`create-partition` with a foreign key'
  if (kind === 'create-partition' && table.name === 'Beside') return '`create-partition` beside a DEFAULT'
  if (kind === 'create-index' && operation.transactional) return '`create-index` with partitions below'
  if (kind === 'detach-partition' && table.name === 'Event') return '`detach-partition` with a foreign key'
  if (kind === 'drop-partition' && table.name === 'Event') return '`drop-partition` with a foreign key'
  return `\`${kind}\``
}

/** Renders triggers for the tenants of the document. */
function triggers(): string[] {
  const tenantSets = LOCKS_DOCUMENT.tenantSets.map((set) => ({
    ...set,
    source: set.source && { ...set.source, trigger: { declaredAt: '' } },
  }))
  return wantTriggers({ ...LOCKS_DOCUMENT, tenantSets }).map(renderCreateTrigger)
}

beforeAll(async () => {
  const scene = await lockScene()
  const { test, clock, database, maintain } = scene
  const day = async (at: string) => {
    clock.set(at)
    await test.query(`INSERT INTO "Event" (at) VALUES ('${at}')`)
  }
  /** Takes steps of the plan one by one, and looks at the locks of each statement. */
  const take = async (wanted: (operation: Operation) => boolean = () => true) => {
    for (const operation of (await scene.plan()).operations.filter(wanted)) {
      const taken = await scene.take(operation)
      steps.push(...taken)
      for (const [index, { locks }] of taken.entries())
        keep(taken.length === 1 ? labelOf(operation) : `${labelOf(operation)}, ${index + 1}`, locks)
    }
  }
  const find = async (kind: Operation['kind'], name: string) => {
    const found = (await scene.plan()).operations.find((one) => one.kind === kind && one.table.name === name)
    if (!found) throw new Error(`no ${kind} of ${name} is planned`)
    return found
  }
  const sendFirst = async (operation: Operation) => test.query(renderOperation(operation, { lockTimeoutMs: 1_000 })[0] ?? '')
  const sent =
    (...statements: string[]) =>
    async () => {
      for (const statement of statements) await test.query(statement)
    }

  keep('first partitions', await scene.during(sent(renderFirstPartitions(LOCKS_DOCUMENT, LOCKS_DOCUMENT.tables.slice(1, 2)))))
  await test.query('DROP SCHEMA partman_partitions CASCADE')
  await test.query('CREATE SCHEMA partman_partitions')
  clock.set('2026-03-01T12:00:00Z')
  await maintain()
  await test.query(`INSERT INTO "Beside" (at) VALUES ('2026-01-01')`)
  const registration = renderRegistration(LOCKS_DOCUMENT, 'Project', 'acme', { now: clock.now().getTime(), lockTimeoutMs: 1_000 })
  keep('a sign-up', await scene.during(sent(registration)))

  await day('2026-03-01T12:00:00Z')
  await day('2026-03-02T12:00:00Z')
  await take()
  await day('2026-03-03T12:00:00Z')
  await take()

  const restored: (readonly string[])[] = []
  const recorded = scene.recorded((locks) => restored.push(locks))
  await restoreDetached(
    recorded,
    LOCKS_DOCUMENT,
    { name: 'Event_p20260301', until: null, by: 'docs' },
    { lockTimeoutMs: 1_000, attempts: 1, backoffMs: 1 },
  )
  for (const locks of restored) keep('`partman restore-detached`', locks)
  await test.query('DELETE FROM partman.hold')
  await take()

  keep('an index `ON ONLY`', await scene.during(sent('CREATE INDEX "Event_id_idx" ON ONLY "Event" (id)')))
  await test.query('CREATE INDEX "Call_at_idx" ON ONLY "Call" (at)')
  await test.query('CREATE INDEX by_hand ON partman_partitions."Event_p20260304" (id)')
  await take()
  await maintain()

  // Of every kind, something that a run which was cut off has left.
  await day('2026-03-04T12:30:00Z')
  await sendFirst(await find('create-partition', 'Beside'))
  await sendFirst(await find('detach-partition', 'Archived'))
  const pending = await find('detach-partition', 'Event')
  await cutOffDetach(test, pending.table, pending.partition)
  clock.set('2026-03-03T12:30:00Z')
  await take(({ kind }) => kind === 'clear-marker')
  clock.set('2026-03-04T12:30:00Z')
  await take()
  await day('2026-03-05T13:00:00Z')
  await take()

  keep('a trigger', await scene.during(sent(...triggers())))
  keep(
    '`partman hold add`',
    await scene.during(() =>
      addHold(database, {
        table: { schema: 'public', name: 'Event' },
        tenant: null,
        lower: null,
        upper: null,
        reason: 'docs',
        until: null,
        by: 'docs',
      }),
    ),
  )
  keep('`partman plan`, `status`, `check`', await scene.during(() => planMaintenance(database, LOCKS_DOCUMENT, { clock })))
}, 240_000)

it('the page tells the locks that pg_locks shows, statement by statement', () => {
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(seen))
})

it('every kind of operation was seen', () => {
  const kinds: Record<Operation['kind'], true> = {
    'create-partition': true,
    'detach-partition': true,
    'finalize-detach': true,
    'clear-marker': true,
    'drop-check': true,
    'drop-partition': true,
    'move-partition': true,
    'create-index': true,
    'attach-index': true,
  }
  expect([...new Set(steps.map(({ kind }) => kind))].sort()).toEqual(Object.keys(kinds).sort())
})

/** What a plan says of a step: the strongest lock on each table that the application uses. */
it('an operation says which locks stop those who use its tables', () => {
  const said = new Map(steps.map(({ kind, told: locks }) => [`${kind} ${locks.join()}`, { kind, locks }]))
  const taken = (kind: string, locks: readonly string[]) =>
    steps.filter((step) => step.kind === kind && step.told.join() === locks.join()).flatMap((step) => step.locks)
  for (const { kind, locks } of said.values()) expect(taken(kind, locks), kind).toEqual(expect.arrayContaining([...locks]))
  const stopping = steps.flatMap(({ kind, locks, told: operation }) =>
    locks
      .filter((lock) => /^(SHARE ROW|ACCESS) EXCLUSIVE on the (table|DEFAULT)/.test(lock) && !operation.includes(lock))
      .map((lock) => `${kind}: ${lock}`),
  )
  expect(stopping).toEqual([])
})
