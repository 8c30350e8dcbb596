import { expect, it } from 'vitest'
import type { TableSummary } from '../../page/api/shapes.js'
import { formatBytes } from '../../page/format/bytes.js'
import { formatEdge, formatRelative } from '../../page/format/instant.js'
import { resolveRunway } from '../../page/format/runway.js'
import { href, parsePlace } from '../../page/routing/location.js'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const TABLE: TableSummary = {
  model: 'Event',
  table: { schema: 'public', name: 'event' },
  state: 'partitioned',
  levels: [{ kind: 'range', method: 'RANGE', columns: ['at'] }],
  interval: '1 day',
  premake: 30,
  retention: null,
  tenants: null,
  leaves: 40,
  detached: 0,
  bytes: 0,
  rows: null,
  from: '2026-11-01T00:00:00.000Z',
  until: '2026-12-19T00:00:00.000Z',
  runwayDays: 26.5,
  nextRetirement: null,
  holds: 0,
  findings: { error: 0, warning: 0, info: 0 },
}

it.each<[Partial<TableSummary>, string, string, string]>([
  [{}, 'fine', '26 days ahead', 'runs out 19 Dec'],
  [{ runwayDays: 14, until: '2027-11-22T00:00:00.000Z' }, 'short', '14 days ahead', 'runs out 22 Nov 2027'],
  [{ runwayDays: 1.5 }, 'short', '36 hours ahead', 'runs out 19 Dec'],
  [{ runwayDays: 0, until: '2026-11-20T00:00:00.000Z' }, 'out', 'Ran out', 'rows are refused since 20 Nov'],
  [{ state: 'plain', runwayDays: null }, 'out', 'Not partitioned', 'it is a plain table'],
  [{ state: 'missing', runwayDays: null }, 'out', 'No table', 'it is declared, and not there'],
  [{ runwayDays: 200, interval: '1 quarter', premake: 3 }, 'fine', '200 days ahead', 'runs out 19 Dec'],
  [{ runwayDays: null, until: null }, 'none', 'No end', 'its last partition has no upper bound'],
  [
    { runwayDays: null, until: '6000', levels: [{ kind: 'number-range', method: 'RANGE', columns: ['id'] }] },
    'none',
    'Up to 6,000',
    'runs ahead of its highest number',
  ],
  [
    { runwayDays: null, until: null, levels: [{ kind: 'hash', method: 'HASH', columns: ['id'] }] },
    'none',
    'No windows',
    'nothing runs out',
  ],
])('a table of %j is %s: %s, %s', (change, urgency, text, detail) => {
  expect(resolveRunway({ ...TABLE, ...change }, NOW)).toMatchObject({ urgency, text, detail })
})

it('sizes are counted as PostgreSQL does', () => {
  expect([0, 1023, 1024, 1_048_576, 150 * 1024 ** 3, 2 ** 60].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 kB',
    '1.0 MB',
    '150 GB',
    '1024 PB',
  ])
})

it('edges of windows are days where they are days, in the time zone of the windows', () => {
  expect(formatEdge('2026-11-22T00:00:00.000Z', 'UTC')).toBe('2026-11-22')
  expect(formatEdge('2026-11-21T23:00:00.000Z', 'Europe/Berlin')).toBe('2026-11-22')
  expect(formatEdge('2026-11-22T06:00:00.000Z', 'UTC')).toBe('2026-11-22 06:00:00')
  expect([formatEdge('-1234567', null), formatEdge(null, null)]).toEqual(['-1,234,567', '…'])
})

it('instants are told from now', () => {
  expect([-500, -120_000, 3 * 3_600_000, 100 * 86_400_000].map((ms) => formatRelative(NOW + ms, NOW))).toEqual([
    'now',
    '2 minutes ago',
    'in 3 hours',
    'in 3 months',
  ])
})

it.each([['Event'], ['a/b?c#d'], ['100 % "Évents"'], ['..']])('the place of a table called %s is read as it was written', (model) => {
  const { path, query } = parsePlace(href(['tables', model], { search: 'a&b=c', state: null }))
  expect([path, [...query]]).toEqual([['tables', model], [['search', 'a&b=c']]])
})
