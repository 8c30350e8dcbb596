import { type MaintenanceReport, planMaintenance } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { type SimulatedClock, simulatedClock } from '@partman/testing'
import type { Pool } from 'pg'
import { config } from '../generated/partman/partman.js'
import { type Client, createClient } from '../src/client.js'
import { createAppMaintainer } from '../src/maintainer.js'
import { signUp } from '../src/sign-up.js'
import { DemoFailure } from './demo-failure.js'
import { insertTraffic } from './insert-traffic.js'
import { Ledger } from './ledger.js'
import { PartitionHistory } from './partition-history.js'
import { PROJECTS } from './projects.js'
import { planTraffic, type SignedUp, type Traffic } from './traffic.js'
import { DAY_MS, startOfDay } from './windows.js'

export const SIMULATED_DAYS = 45
/** The maintainer does not run on these days; ten partitions ahead carry the application over them. */
export const OUTAGE_DAYS = [36, 37, 38] as const

export interface SimulationOptions {
  readonly url: string
  readonly pool: Pool
  /** The end of the simulation, milliseconds since 1970. */
  readonly now: number
  readonly rows: number
  /** Told what happens, at the simulated instant. */
  readonly onHappening: (at: number, happening: Happening) => void
}

export type Happening =
  | { readonly kind: 'signed-up'; readonly slug: string }
  | { readonly kind: 'maintained'; readonly report: MaintenanceReport }
  | { readonly kind: 'not-maintained' }
  | { readonly kind: 'day-ended'; readonly day: number; readonly rows: number }

/** A project that has signed up, with its endpoints. */
export interface JoinedProject {
  readonly id: string
  readonly slug: string
  readonly endpointIds: readonly string[]
}

export interface Simulation {
  readonly projects: readonly JoinedProject[]
  readonly ledger: Ledger
  readonly history: PartitionHistory
  readonly clock: SimulatedClock
}

/** One UTC day of the simulation, or the part of it that lies within. */
interface Day {
  readonly from: number
  readonly until: number
}

/**
 * Lives through 45 days that end at `now`: projects sign up, rows arrive, and the maintainer runs at the end of each day.
 *
 * @throws DemoFailure when a run of the maintainer is not done to the end
 */
export async function simulate({ url, pool, now, rows, onHappening }: SimulationOptions): Promise<Simulation> {
  const from = now - SIMULATED_DAYS * DAY_MS
  const signUps = planSignUps(from)
  // Each sign-up writes a row of its own.
  const traffic = planTraffic({ projects: signUps, rows: rows - signUps.length, from, until: now })
  const clock = simulatedClock(new Date(from).toISOString())
  const client = createClient(url, { clock })
  const maintainer = createAppMaintainer(pool, { clock })
  const [ledger, history, projects] = [new Ledger(), new PartitionHistory(), [] as JoinedProject[]]

  const maintain = async () => {
    const report = await maintainer.runOnce()
    if (report.outcome !== 'done') throw new DemoFailure(`The maintainer's run at ${clock.now().toISOString()} ended "${report.outcome}".`)
    onHappening(clock.now().getTime(), { kind: 'maintained', report })
    history.observe((await planMaintenance(pgDatabase(pool), config, { clock })).observation.state)
  }

  try {
    // The migration made partitions from the server's present on; those of the simulated past are the maintainer's to make.
    await maintain()
    for (const [number, day] of splitDays(from, now).entries()) {
      for (const project of signUps.filter(({ signsUpAt }) => signsUpAt >= day.from && signsUpAt < day.until)) {
        clock.set(new Date(project.signsUpAt).toISOString())
        projects.push(await join(client, project, ledger))
        onHappening(project.signsUpAt, { kind: 'signed-up', slug: project.slug })
      }
      clock.set(new Date(day.until).toISOString())
      await insertTraffic(client, arrivals(traffic, day), projects, ledger)
      if (OUTAGE_DAYS.some((outage) => outage === number)) onHappening(day.until, { kind: 'not-maintained' })
      else await maintain()
      onHappening(day.until, { kind: 'day-ended', day: number, rows: ledger.size })
    }
    return { projects, ledger, history, clock }
  } finally {
    await client.$disconnect()
  }
}

/** Those who come on the first day are there from the beginning, the others come in the morning. */
function planSignUps(from: number): SignedUp[] {
  return PROJECTS.map((project, index) => {
    const morning = startOfDay(from + project.signsUpOnDay * DAY_MS) + 0.375 * DAY_MS
    return { ...project, signsUpAt: project.signsUpOnDay === 0 ? from + index * 1_000 : morning }
  })
}

async function join(client: Client, project: SignedUp, ledger: Ledger): Promise<JoinedProject> {
  const at = new Date(project.signsUpAt)
  const { id, slug, endpoints } = await signUp(client, { slug: project.slug, name: project.name, endpointUrls: project.endpointUrls, at })
  const written = await client.auditLog.findMany({ where: { projectId: id }, select: { id: true } })
  ledger.enter(
    'AuditLog',
    written.map((row) => ({ id: row.id, projectId: id, at: project.signsUpAt })),
  )
  return { id, slug, endpointIds: endpoints.map((endpoint) => endpoint.id) }
}

function splitDays(from: number, until: number): Day[] {
  const days: Day[] = []
  for (let start = from; start < until; start = startOfDay(start) + DAY_MS) {
    days.push({ from: start, until: Math.min(startOfDay(start) + DAY_MS, until) })
  }
  return days
}

function arrivals(traffic: Traffic, { from, until }: Day): Traffic {
  const arrived = <T extends { readonly arrivesAt: number }>(rows: readonly T[]) =>
    rows.filter(({ arrivesAt }) => arrivesAt >= from && arrivesAt < until)
  return { events: arrived(traffic.events), attempts: arrived(traffic.attempts), audit: arrived(traffic.audit) }
}
