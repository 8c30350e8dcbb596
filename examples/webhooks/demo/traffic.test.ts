import { expect, test } from 'vitest'
import { PROJECTS } from './projects.js'
import { planTraffic, type SignedUp } from './traffic.js'
import { DAY_MS } from './windows.js'

const FROM = Date.parse('2026-03-02T09:30:00Z')
const UNTIL = FROM + 45 * DAY_MS
const projects: SignedUp[] = PROJECTS.map((project) => ({ ...project, signsUpAt: FROM + project.signsUpOnDay * DAY_MS }))
const plan = (rows: number) => planTraffic({ projects, rows, from: FROM, until: UNTIL })

test.each([500, 5_000, 200_000])(
  'plans exactly %i rows with ids that never repeat, within the time and the life of the project',
  (rows) => {
    const { events, attempts, audit } = plan(rows)
    const all = [...events, ...attempts, ...audit]
    expect(new Set(all.map(({ id }) => id)).size).toBe(rows)
    const outside = all.filter(({ at, arrivesAt, project }) => {
      const begin = project === null ? FROM : projects[project]!.signsUpAt
      return at < begin || at >= UNTIL || arrivesAt < at || arrivesAt >= UNTIL
    })
    expect(outside).toEqual([])
  },
)

test('plans the same rows for the same arguments', () => {
  expect(plan(2_000)).toEqual(plan(2_000))
})

test('gives each project its share of the events, and some of them late', () => {
  const { events, attempts, audit } = plan(200_000)
  const counts = PROJECTS.map((_, index) => events.filter(({ project }) => project === index).length)
  expect(counts).toEqual(PROJECTS.map(({ share }) => Math.round(90_000 * share)))
  expect(events.filter(({ at, arrivesAt }) => arrivesAt > at).length).toBeGreaterThan(1_000)
  expect(attempts.length / events.length).toBeGreaterThan(1.1)
  expect(audit.length).toBeGreaterThan(1_000)
})
