import { expect, it } from 'vitest'
import { diffState } from '../diff/diff-state.js'
import { byTime, byValues, declare, documentOf } from '../fixtures/policies.js'
import { defaultPlaces } from '../state/default-rows.js'
import type { Partition, State } from '../state/state.js'
import { partitionKey, wantState } from '../state/want-state.js'
import { type DefaultEvidence, holdInWay } from './hold-in-way.js'
import { planChanges } from './plan-changes.js'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const MEGABYTE = 1024 * 1024
const document = documentOf(declare(byTime({ default: true, premake: 1, subpartition: byValues([['eu'], ['us']]) })))
const rest = {
  schema: 'p',
  name: 'rest',
  oid: '7',
  bound: { kind: 'default' },
  partitionBy: null,
  partitions: [],
  detachPending: false,
} as const

/** The plan of a table that has a DEFAULT partition and no other, each table made in a step of its own, and what is known of the DEFAULT. */
function planned(alien: Pick<Partition, 'alien'> = {}) {
  const state: State = {
    tables: [
      {
        schema: 'public',
        name: 'Event',
        oid: '1',
        partitionBy: partitionKey(document.tables[0]!.policy),
        partitions: [{ ...rest, ...alien }],
      },
    ],
    detached: [],
  }
  const wanted = wantState(document, { now: NOW, tenants: new Map() })
  const plan = planChanges(diffState(wanted, state), { now: NOW, takenNames: new Set(), clocksApartMs: 0, tablesPerStep: 1 })
  return { plan, place: defaultPlaces(wanted, state)[0]! }
}

const summary = ({ operations, findings }: ReturnType<typeof holdInWay>) => ({
  made: operations.map((one) => `${one.partition.name}${one.kind === 'create-partition' && one.beside?.check ? ' by a CHECK' : ''}`),
  found: findings.map(({ code, severity }) => `${severity} ${code}`),
})
const TODAY = ['Event_p20260310', 'Event_p20260310_eu', 'Event_p20260310_us']
const TOMORROW = ['Event_p20260311', 'Event_p20260311_eu', 'Event_p20260311_us']
const proven = ([first, ...others]: readonly string[]) => [`${first} by a CHECK`, ...others]

it.each<
  [what: string, evidence: (place: ReturnType<typeof planned>) => DefaultEvidence, made: readonly string[], found: readonly string[]]
>([
  ['has never had a row: ATTACH looks', ({ place }) => ({ ...place, bytes: 0, all: null, inWay: new Map() }), [...TODAY, ...TOMORROW], []],
  [
    'is small: ATTACH looks where the present waits',
    ({ place }) => ({ ...place, bytes: 8 * MEGABYTE, all: { rows: 0, keys: [] }, inWay: new Map() }),
    [...TODAY, ...proven(TOMORROW)],
    [],
  ],
  [
    'is large: every range is proven free',
    ({ place }) => ({ ...place, bytes: 8 * MEGABYTE + 1, all: { rows: 0, keys: [] }, inWay: new Map() }),
    [...proven(TODAY), ...proven(TOMORROW)],
    [],
  ],
  [
    'holds rows of one: neither that nor what is below it is made',
    ({ plan, place }) => {
      const seen = { rows: 1, keys: [['2026-03-10 01:00:00+00', '2026-03-10 01:00:00+00']] } as const
      return { ...place, bytes: 8192, all: seen, inWay: new Map([[plan.operations[0]!, { seen, moving: 'BEGIN; COMMIT;' }]]) }
    },
    proven(TOMORROW),
    ['error DEFAULT_ROWS_IN_WAY', 'info DEFAULT_HOLDS_ROWS'],
  ],
  ['cannot be read: nothing is made', ({ place }) => ({ ...place, why: 'a lock' }), [], ['error DEFAULT_UNREADABLE']],
])('a DEFAULT partition that %s', (_what, evidence, made, found) => {
  const given = planned()
  expect(summary(holdInWay(given.plan, [evidence(given)], NOW))).toEqual({ made, found })
})

it('a DEFAULT partition of another owner can bear no CHECK: what needs one is not made', () => {
  const { plan, place } = planned({ alien: { kind: 'owner', owner: 'somebody' } })
  const held = holdInWay(plan, [{ ...place, bytes: 8192, all: { rows: 0, keys: [] }, inWay: new Map() }], NOW)
  expect(summary(held)).toEqual({ made: TODAY, found: ['warning DEFAULT_UNREADABLE'] })
})
