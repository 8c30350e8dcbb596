import type { Plan } from '../plan/plan.js'
import { type PartmanDocument, parseDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { HookQuestions } from './ask-hooks.js'
import type { Clock } from './clock.js'
import { countStatements } from './count-statements.js'
import { acquireLease, holderName, type Lease, leaseName as nameOfLease, releaseLease, renewLease } from './lease.js'
import { LeaseKeeper, readInstants } from './lease-keeper.js'
import { type Logger, SILENT, unfailing } from './logger.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pause } from './pause.js'
import { type PlannedMaintenance, planAgain, planMaintenance } from './plan-maintenance.js'
import { recordApprovals } from './record-approvals.js'
import { recordSamples } from './record-samples.js'
import type { RetirementHooks } from './retirement-hook.js'
import { runSteps } from './run-steps.js'
import { SQLSTATE, sqlState } from './sql-state.js'
import { troubleFigures } from './trouble-figures.js'

/** What a maintainer maintains, by which way, and how patiently. */
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
  /** The longest that one step may wait for one lock, in milliseconds, reached by doubling from a quarter of it. Default 200; where writers would wait behind it, never more than 50. */
  readonly lockTimeoutMs?: number
  /** How many rounds a run makes over the steps that met a lock. Default 8. */
  readonly lockAttempts?: number
  /** The longest pause before the second round, in milliseconds, of which a random part is waited; it doubles with each further one, up to five seconds. Default 500. */
  readonly lockBackoffMs?: number
  /** Nothing is detached from a table while a transaction uses it that is older than this, in milliseconds. Default 1,000. */
  readonly longTransactionMs?: number
  /** How long a concurrent detach may wait for the transactions that use its parent, in milliseconds; then it is cancelled, and the next run ends it. Default 3,000. */
  readonly detachWaitMs?: number
  /** How long a concurrent index build may wait for others without a break, in milliseconds, before it is cancelled. Default 60,000. */
  readonly indexWaitMs?: number
  /** No step of a run is begun after so many milliseconds, unless the run says otherwise; what is left comes in the next run. Default: no limit. */
  readonly budgetMs?: number
  /** How long a maintainer that is gone keeps others from maintaining, in milliseconds. Default 60,000. */
  readonly leaseTtlMs?: number
  /** How long after the first index step or hook of a run another one is begun, in milliseconds; what is left comes in the next run. Default 60,000. */
  readonly slowBudgetMs?: number
  /** Asked before a partition is detached, and before it is dropped: only by this maintainer, so all that run are to have the same. Default: none. */
  readonly hooks?: RetirementHooks
  /** How long a hook may take, in milliseconds; then nothing goes, and it is asked again later. Default 600,000. */
  readonly hookTimeoutMs?: number
}

/** What holds for one run alone. */
export interface RunOptions {
  /** No step is begun after so many milliseconds; what is left comes in the next run. Default: as the maintainer says. */
  readonly budgetMs?: number
}

/** Keeps partitions ahead of time and retires old ones. Several may run; one of them works at a time. */
export interface Maintainer {
  /**
   * Runs once: makes what is coming, then retires what is old. The failure of one table stops no other; it is in the report.
   *
   * @throws PartmanError `BOOKKEEPING_MISSING`; errors of the driver when the database cannot be reached
   */
  runOnce(options?: RunOptions): Promise<MaintenanceReport>
  /**
   * Applies a plan that somebody has looked at. It is made again for its own instant: only where that gives the very same
   * operations on the very same objects is anything done. The grace period of what it retires begins when it is applied. `actor`: who
   * asked for it, as the audit log names them; default: the maintainer.
   *
   * @throws PartmanError `PLAN_STALE`, `BOOKKEEPING_MISSING`
   */
  applyPlan(plan: Pick<Plan, 'now' | 'fingerprint'>, options?: { actor?: string }): Promise<MaintenanceReport>
  /** Runs now and then every `everyMs`, until `stop`. A run that throws is logged, and the next one comes in its time. Safe to call twice. */
  start(): void
  /** Waits for the step under way and ends. Safe to call twice, and before `start`; a later `runOnce` or `start` runs as if new. */
  stop(): Promise<void>
}

type RunReport = Extract<MaintenanceReport, { steps: unknown }>

/** When a run is to end: a signal, and an instant by `performance.now()` after which no step is begun. */
interface RunLimits {
  readonly signal: AbortSignal
  readonly deadline: number
  readonly actor?: string | undefined
}

/** When a run began, and how many statements had been sent until then. */
interface Began {
  readonly monotonic: number
  readonly statements: number
}

/**
 * Makes a maintainer, which does nothing before `runOnce` or `start`. All times of the options are in milliseconds.
 *
 * @throws PartmanError `DOCUMENT_INVALID`, `DOCUMENT_VERSION_UNSUPPORTED`
 */
export function createMaintainer(options: MaintainerOptions): Maintainer {
  const settings = {
    everyMs: 60_000,
    lockTimeoutMs: 200,
    lockAttempts: 8,
    lockBackoffMs: 500,
    slowBudgetMs: 60_000,
    hooks: {},
    hookTimeoutMs: 600_000,
    detachWaitMs: 3_000,
    indexWaitMs: 60_000,
    longTransactionMs: 1_000,
    leaseTtlMs: 60_000,
    budgetMs: Number.POSITIVE_INFINITY,
    logger: SILENT,
    ...options,
  }
  const document = parseDocument(options.document)
  const holder = holderName()
  const leaseName = nameOfLease(document)
  let stopping = new AbortController()
  let running: Promise<MaintenanceReport> | undefined
  let loop: Promise<void> | undefined
  let ended: Promise<unknown> = Promise.resolve()
  const counted = countStatements(settings.database)
  const { database } = counted
  const logger = unfailing(settings.logger)

  async function run({ signal, deadline, actor }: RunLimits, resolvePlan: () => Promise<PlannedMaintenance>): Promise<MaintenanceReport> {
    const since = readInstants()
    const began = { monotonic: since.monotonic, statements: counted.statements }
    let lease: Lease | undefined
    try {
      lease = await acquireLease(database, leaseName, holder, settings.leaseTtlMs)
    } catch (error) {
      if (sqlState(error) === SQLSTATE.readOnlyTransaction) return { outcome: 'standby' }
      throw error
    }
    if (!lease) return { outcome: 'lease-held' }
    const held = lease
    const keeper = new LeaseKeeper({ ttlMs: settings.leaseTtlMs, renew: () => renewLease(database, held, settings.leaseTtlMs) }, since)
    const { cutOff } = lease
    const runs = cutOff.length === 0 ? {} : { cutOff }
    let report: RunReport = { outcome: 'failed', now: new Date().toISOString(), steps: [], findings: [], ...runs }
    let looked: readonly string[] = []
    try {
      const { plan, accepted, observation, holds } = await resolvePlan()
      looked = document.tables.map(({ model }) => model)
      if (!(await recordApprovals(database, accepted, holder, lease))) keeper.lose()
      const acting = {
        lease: leaseName,
        holder,
        actor,
        token: lease.token,
        leaseTtlMs: settings.leaseTtlMs,
        longTransactionMs: settings.longTransactionMs,
        knownHolds: new Map([...holds].map(([table, known]) => [table, known.map(({ id }) => id)])),
      }
      const { lockCapacity } = observation.server
      const common = { database, acting, keeper, signal, logger }
      const hooks = await HookQuestions.observe(plan.operations, { ...common, hooks: settings.hooks, timeoutMs: settings.hookTimeoutMs })
      const steps = await runSteps(plan.operations, { ...common, hooks, settings, lockCapacity, deadline })
      const isOver = signal.aborted || performance.now() > deadline
      if (lease.isSampleDue && !keeper.isLost && !isOver) await sample({ state: observation.state, operations: plan.operations }, lease)
      const outcome = keeper.isLost || steps.some((step) => step.outcome === 'failed') ? 'failed' : 'done'
      report = { outcome, now: plan.now, steps, findings: plan.findings, ...runs }
    } catch (error) {
      await end(keeper, lease, report, { ...began, looked }).catch((cause: unknown) => logger.error({ err: cause }, 'lease not given back'))
      throw error
    }
    await end(keeper, lease, report, { ...began, looked })
    return report
  }

  /** A run is none the worse for a sample that fails; the next one comes in its time. */
  async function sample(run: Parameters<typeof recordSamples>[2], lease: Lease): Promise<void> {
    await recordSamples(database, document.tables, run, lease).catch((err: unknown) => logger.warn({ err }, 'sizes not sampled'))
  }

  async function end(keeper: LeaseKeeper, lease: Lease, report: RunReport, began: Began & { looked: readonly string[] }): Promise<void> {
    await keeper.stop()
    // What a hook keeps is kept in every run.
    const isQuiet = report.steps.every(({ outcome, hook }) => outcome === 'skipped' && hook !== undefined)
    const isIdle = report.outcome === 'done' && isQuiet && report.cutOff === undefined
    const figures = {
      ...troubleFigures(report.steps),
      durationMs: performance.now() - began.monotonic,
      statements: counted.statements - began.statements + 1,
    }
    await releaseLease(database, lease, { outcome: report.outcome, report: { ...report, models: began.looked }, isIdle, figures })
  }

  function runOnce({ budgetMs = settings.budgetMs }: RunOptions = {}): Promise<MaintenanceReport> {
    // One run at a time in one process: whoever asks meanwhile gets the report of the run under way.
    running ??= begin(() => planMaintenance(database, document, settings), { budgetMs })
    return running
  }

  async function applyPlan(plan: Pick<Plan, 'now' | 'fingerprint'>, { actor }: { actor?: string } = {}): Promise<MaintenanceReport> {
    while (running) await running.catch(() => undefined)
    running = begin(() => planAgain(database, document, plan, settings), { actor })
    return running
  }

  function begin(
    resolvePlan: () => Promise<PlannedMaintenance>,
    { budgetMs = Number.POSITIVE_INFINITY, actor }: { budgetMs?: number; actor?: string | undefined },
  ): Promise<MaintenanceReport> {
    return run({ signal: stopping.signal, deadline: performance.now() + budgetMs, actor }, resolvePlan).finally(() => {
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
      // What was stopped ends; whatever is asked for from now on is not.
      ended = Promise.allSettled([ended, loop, running])
      loop = undefined
      stopping = new AbortController()
      await ended
    },
  }
}
