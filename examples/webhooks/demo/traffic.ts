import type { Prisma } from '../generated/prisma/client.js'
import type { DeliveryStatus } from '../generated/prisma/enums.js'
import type { DemoProject } from './projects.js'
import { pick, type Random, seededRandom, uuidAt } from './random.js'
import { DAY_MS, HOUR_MS } from './windows.js'

/** What every row of the simulation knows; instants are milliseconds since 1970. */
interface Row {
  readonly id: string
  /** Which of the projects; null: none. */
  readonly project: number | null
  /** The value of the partition key. */
  readonly at: number
  /** When it reaches the database: later than `at` for what was held up on its way. */
  readonly arrivesAt: number
}

export interface EventRow extends Row {
  readonly project: number
  readonly type: string
  readonly payload: Prisma.InputJsonObject
}

export interface AttemptRow extends Row {
  readonly project: number
  readonly eventId: string
  readonly endpoint: number
  readonly attempt: number
  readonly status: DeliveryStatus
  readonly httpStatus: number | null
  readonly latencyMs: number
}

export interface AuditRow extends Row {
  readonly actor: string
  readonly action: string
  readonly subject: string
}

/** All rows of a simulation, each list in the order of arrival. */
export interface Traffic {
  readonly events: readonly EventRow[]
  readonly attempts: readonly AttemptRow[]
  readonly audit: readonly AuditRow[]
}

/** A project with the instant it signs up at. */
export type SignedUp = DemoProject & { readonly signsUpAt: number }

const SEED = 20_260_101
const EVENT_SHARE = 0.45
const LATE_SHARE = 0.02
const LONGEST_DELAY_MS = 2 * DAY_MS
/** After a failed attempt; then the event is given up. */
const RETRY_AFTER_MS = [60_000, 10 * 60_000, HOUR_MS, 6 * HOUR_MS, DAY_MS]

const EVENT_TYPES = [
  ['order.created', 34],
  ['order.paid', 27],
  ['shipment.updated', 22],
  ['customer.updated', 11],
  ['order.refunded', 4],
  ['invoice.overdue', 2],
] as const

const ACTIONS = [
  ['endpoint.updated', 30],
  ['member.invited', 20],
  ['key.rotated', 18],
  ['event.replayed', 25],
  ['plan.changed', 7],
] as const

/** Plans exactly `rows` rows between two instants, the same ones for the same arguments. */
export function planTraffic(options: { projects: readonly SignedUp[]; rows: number; from: number; until: number }): Traffic {
  const { projects, rows, until } = options
  const random = seededRandom(SEED)
  const events = projects.flatMap((project, index) => {
    const count = Math.max(1, Math.round(rows * EVENT_SHARE * project.share))
    return spreadOver(random, count, project.signsUpAt, until).map((at) => planEvent(random, index, at, until))
  })
  const attempts = events.flatMap((event) => planAttempts(random, event, projects[event.project]!.endpointUrls.length, until))
  const left = rows - events.length - attempts.length
  if (left < 0) throw new RangeError(`${rows} rows are too few to simulate.`)
  const audit = spreadOver(random, left, options.from, until).map((at) => planAudit(random, projects, at))
  return { events: byArrival(events), attempts: byArrival(attempts), audit: byArrival(audit) }
}

function planEvent(random: Random, project: number, at: number, until: number): EventRow {
  const delay = random() < LATE_SHARE ? random() * LONGEST_DELAY_MS : 0
  const payload = { order: Math.floor(random() * 1e6), amount: Math.round(random() * 20_000) / 100, currency: 'EUR' }
  const arrivesAt = Math.min(Math.round(at + delay), until - 1)
  return { id: uuidAt(random, at), project, at, arrivesAt, type: pick(random, EVENT_TYPES), payload }
}

function planAttempts(random: Random, event: EventRow, endpoints: number, until: number): AttemptRow[] {
  const endpoint = Math.floor(random() * endpoints)
  // Now and then an endpoint is down for hours, and most of the attempts fail.
  const failing = random() < 0.02 ? 0.9 : 0.08
  const attempts: AttemptRow[] = []
  let at = event.arrivesAt + Math.round(50 + random() * 2_000)
  for (let attempt = 1; at < until; attempt++) {
    const answer = random() < failing ? planFailure(random) : planSuccess(random)
    attempts.push({ id: uuidAt(random, at), project: event.project, at, arrivesAt: at, eventId: event.id, endpoint, attempt, ...answer })
    const pause = RETRY_AFTER_MS[attempt - 1]
    if (answer.status === 'delivered' || pause === undefined) break
    at += Math.round(pause * (0.8 + random() * 0.4))
  }
  return attempts
}

function planSuccess(random: Random): Pick<AttemptRow, 'status' | 'httpStatus' | 'latencyMs'> {
  // Most answers take some tens of milliseconds, a few take seconds.
  const latencyMs = Math.round(20 * Math.exp(random() * random() * 5))
  return { status: 'delivered', httpStatus: pick(random, [[200, 80], [202, 12], [204, 8]]), latencyMs } // biome-ignore format: a table
}

function planFailure(random: Random): Pick<AttemptRow, 'status' | 'httpStatus' | 'latencyMs'> {
  if (random() < 0.25) return { status: 'timed_out', httpStatus: null, latencyMs: 10_000 }
  const httpStatus = pick(random, [[500, 45], [503, 30], [502, 15], [429, 10]]) // biome-ignore format: a table
  return { status: 'failed', httpStatus, latencyMs: Math.round(30 + random() * 900) }
}

function planAudit(random: Random, projects: readonly SignedUp[], at: number): AuditRow {
  const active = projects.flatMap((project, index) => (project.signsUpAt <= at ? [index] : []))
  // The platform's own staff acts for no project.
  const project = random() < 0.05 || active.length === 0 ? null : active[Math.floor(random() * active.length)]!
  const actor = project === null ? 'staff' : `user-${1 + Math.floor(random() * 9)}@${projects[project]!.slug}.example`
  return {
    id: uuidAt(random, at),
    project,
    at,
    arrivesAt: at,
    actor,
    action: pick(random, ACTIONS),
    subject: `subject-${Math.floor(random() * 500)}`,
  }
}

/** So many instants, in order, as busy as the hours are. */
function spreadOver(random: Random, count: number, from: number, until: number): number[] {
  const hours = Math.ceil((until - from) / HOUR_MS)
  const days = Array.from({ length: Math.ceil(hours / 24) + 1 }, () => 0.7 + random() * 0.6)
  const weights = Array.from({ length: hours }, (_, hour) => {
    const start = from + hour * HOUR_MS
    return busyness(start) * days[Math.floor(hour / 24)]! * (0.75 + random() * 0.5) * Math.min(1, (until - start) / HOUR_MS)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const instants: number[] = []
  let hour = 0
  let before = 0
  for (let index = 0; index < count; index++) {
    const place = ((index + random()) / count) * total
    while (hour < hours - 1 && before + weights[hour]! <= place) before += weights[hour++]!
    const at = from + (hour + Math.min(0.999_999, (place - before) / weights[hour]!)) * HOUR_MS
    instants.push(Math.min(Math.floor(at), until - 1))
  }
  return instants
}

/** A shop's week in UTC: quiet nights, busy afternoons, half as much at the weekend. */
function busyness(at: number): number {
  const date = new Date(at)
  const hour = date.getUTCHours()
  const day = 1 + 0.85 * Math.sin(((hour - 8.5) / 24) * 2 * Math.PI)
  const isWeekend = date.getUTCDay() === 0 || date.getUTCDay() === 6
  return day * (isWeekend ? 0.45 : 1)
}

function byArrival<T extends Row>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => a.arrivesAt - b.arrivesAt)
}
