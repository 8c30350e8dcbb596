import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Operation } from '../plan/operation.js'
import type { Plan } from '../plan/plan.js'
import { type PartmanDocument, parseDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { formatTableName } from '../state/state.js'
import { applyOperation } from './apply-operation.js'
import type { Clock } from './clock.js'
import { acquireLease, type Lease, releaseLease, renewLease } from './lease.js'
import { keepRenewing } from './lease-heartbeat.js'
import { type Logger, SILENT } from './logger.js'
import { type MaintenanceReport, reportStep, type StepReport } from './maintenance-report.js'
import { type PlannedMaintenance, planAgain, planMaintenance } from './plan-maintenance.js'
import { recordApprovals } from './record-approvals.js'
import { SQLSTATE, sqlState } from './sql-state.js'
import { StepHolds } from './step-holds.js'

export interface MaintainerOptions {
  /** The desired state, as the generator emits it. */
  readonly document: PartmanDocument
  readonly database: Database
  /** Default: the database's clock, which must agree with the process's before anything is retired. */
  readonly clock?: Clock
  /** Default: silent. */
  readonly logger?: Logger
  /** Time from the end of one run to the begin of the next, in milliseconds, drawn between 90 % and 110 %. Default 60,000. */
  readonly everyMs?: number
  /** How long one step may wait for one lock, in milliseconds. Default 200: whoever comes after it waits as long. */
  readonly lockTimeoutMs?: number
  /** How often a step that met a lock is tried in one run. Default 8. */
  readonly lockAttempts?: number
  /** The longest wait before the second try, in milliseconds; it doubles with each further one. Default 500. */
  readonly lockBackoffMs?: number
  /** How long after the first index step of a run another one is begun, in milliseconds; what is left comes in the next run. Default 60,000. */
  readonly indexBudgetMs?: number
}

/** Keeps partitions ahead of time and retires old ones. Several may run; one of them works at a time. */
export interface Maintainer {
  /**
   * Runs once: makes what is coming, then retires what is old. The failure of one table stops no other; it is in the report.
   *
   * @throws PartmanError `BOOKKEEPING_MISSING`; errors of the driver when the database cannot be reached
   */
  runOnce(): Promise<MaintenanceReport>
  /**
   * Applies a plan that somebody has looked at. It is made again for its own instant: only where that gives the very same
   * operations on the very same objects is anything done.
   *
   * @throws PartmanError `PLAN_STALE`, `BOOKKEEPING_MISSING`
   */
  applyPlan(plan: Pick<Plan, 'now' | 'fingerprint'>): Promise<MaintenanceReport>
  /** Runs now and then every `everyMs`, until `stop`. A run that throws is logged, and the next one comes in its time. Safe to call twice. */
  start(): void
  /** Waits for the step under way and ends. Safe to call twice, and before `start`; a later `runOnce` or `start` runs as if new. */
  stop(): Promise<void>
}

type Planned = Pick<PlannedMaintenance, 'plan' | 'accepted'>

/** The lease lasts a minute; it is renewed long before, between steps and while one takes its time. */
const RENEW_AFTER_MS = 15_000
/** Whoever builds indexes provisions nothing meanwhile. */
const LEFT_FOR_NEXT_RUN = 'left for the next run'
const LEASE_LOST = 'the lease has gone to another maintainer'

export function createMaintainer(options: MaintainerOptions): Maintainer {
  const settings = {
    everyMs: 60_000,
    lockTimeoutMs: 200,
    lockAttempts: 8,
    lockBackoffMs: 500,
    indexBudgetMs: 60_000,
    logger: SILENT,
    ...options,
  }
  const document = parseDocument(options.document)
  const holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  const leaseName = `maintainer of ${document.partitionSchema}`
  let stopping = new AbortController()
  let running: Promise<MaintenanceReport> | undefined
  let loop: Promise<void> | undefined
  const { database, logger } = settings

  async function run(signal: AbortSignal, resolvePlan: () => Promise<Planned>): Promise<MaintenanceReport> {
    let lease: Lease | undefined
    try {
      lease = await acquireLease(database, leaseName, holder)
    } catch (error) {
      if (sqlState(error) === SQLSTATE.readOnlyTransaction) return { outcome: 'standby' }
      throw error
    }
    if (!lease) return { outcome: 'lease-held' }
    let report: MaintenanceReport | undefined
    try {
      const { plan, accepted } = await resolvePlan()
      await recordApprovals(database, accepted, holder)
      const steps = await applySteps(plan.operations, lease, signal)
      const outcome = steps.some((step) => step.outcome === 'failed' || step.error === LEASE_LOST) ? 'failed' : 'done'
      report = { outcome, now: plan.now, steps, findings: plan.findings }
      return report
    } catch (error) {
      report = { outcome: 'failed', now: new Date().toISOString(), steps: [], findings: [] }
      throw error
    } finally {
      const idle = report?.outcome === 'done' && report.steps.length === 0
      await releaseLease(database, lease, idle ? null : (report ?? null))
    }
  }

  async function applySteps(operations: readonly Operation[], lease: Lease, signal: AbortSignal): Promise<StepReport[]> {
    const steps: StepReport[] = []
    const holds = new StepHolds()
    let indexesSince: number | undefined
    let renewedAt = performance.now()
    let kept = true
    for (const operation of operations) {
      const table = formatTableName(operation.table)
      if (kept && performance.now() - renewedAt > RENEW_AFTER_MS) {
        kept = await renewLease(database, lease)
        renewedAt = performance.now()
      }
      const isIndex = operation.kind === 'create-index' || operation.kind === 'attach-index'
      const isLate = isIndex && indexesSince !== undefined && performance.now() - indexesSince > settings.indexBudgetMs
      if (isIndex) indexesSince ??= performance.now()
      const skipped = !kept
        ? LEASE_LOST
        : signal.aborted
          ? 'the run was stopped'
          : holds.isHeld(operation)
            ? 'an earlier step of the same parent failed'
            : isLate
              ? LEFT_FOR_NEXT_RUN
              : undefined
      if (skipped !== undefined) {
        steps.push(reportStep(operation, 'skipped', skipped))
        continue
      }
      const heartbeat = keepRenewing(() => renewLease(database, lease), RENEW_AFTER_MS)
      try {
        await applyOperation(database, operation, {
          lockTimeoutMs: settings.lockTimeoutMs,
          attempts: settings.lockAttempts,
          backoffMs: settings.lockBackoffMs,
          signal,
          onRetry: (error, attempt) => logger.warn({ table, kind: operation.kind, attempt, err: error }, 'step met a lock'),
        })
        logger.info({ table, kind: operation.kind, partition: operation.partition.name }, 'step done')
        steps.push(reportStep(operation, 'done'))
      } catch (error) {
        holds.addFailed(operation)
        logger.error({ table, kind: operation.kind, partition: operation.partition.name, err: error }, 'step failed')
        steps.push(reportStep(operation, 'failed', error))
      } finally {
        await heartbeat.stop()
      }
    }
    return steps
  }

  function runOnce(): Promise<MaintenanceReport> {
    // One run at a time in one process: whoever asks meanwhile gets the report of the run under way.
    running ??= begin(() => planMaintenance(database, document, settings))
    return running
  }

  async function applyPlan(plan: Pick<Plan, 'now' | 'fingerprint'>): Promise<MaintenanceReport> {
    while (running) await running.catch(() => undefined)
    running = begin(() => planAgain(database, document, plan))
    return running
  }

  function begin(resolvePlan: () => Promise<Planned>): Promise<MaintenanceReport> {
    return run(stopping.signal, resolvePlan).finally(() => {
      running = undefined
    })
  }

  async function keepRunning(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const report = await runOnce()
        logger.info({ report }, 'run ended')
      } catch (error) {
        logger.error({ err: error }, 'run failed')
      }
      await pause(settings.everyMs * (0.9 + Math.random() * 0.2), signal)
    }
  }

  return {
    runOnce,
    applyPlan,
    start() {
      if (loop) return
      loop = keepRunning(stopping.signal)
    },
    async stop() {
      stopping.abort()
      await loop
      await running?.catch(() => undefined)
      loop = undefined
      // What was stopped is over; a run that is asked for from now on is not.
      if (stopping.signal.aborted) stopping = new AbortController()
    },
  }
}

/** Waits, but no longer than until the signal. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
