import type { BesideDefault, Operation, OperationLock } from '../plan/operation.js'
import type { Database } from '../sql/database.js'
import { type ActingMaintainer, type Block, type RenderOptions, renderBlocks } from '../sql/guarded-block.js'
import type { Statement } from '../sql/statement.js'
import { formatTableName } from '../state/state.js'
import type { HookQuestions } from './ask-hooks.js'
import { batchSteps } from './batch-steps.js'
import { blockersOf } from './blocker.js'
import { explainStale } from './explain-stale.js'
import type { LeaseKeeper } from './lease-keeper.js'
import type { Logger } from './logger.js'
import type { StepReport } from './maintenance-report.js'
import { pause } from './pause.js'
import { retryOnLocks } from './retry.js'
import { CutOff, sendWatched } from './send-watched.js'
import { isLockTrouble, SQLSTATE, sqlState } from './sql-state.js'
import { Step } from './step.js'
import { StepHolds } from './step-holds.js'

/** How patient a run is. */
export interface RunSettings {
  readonly lockTimeoutMs: number
  readonly lockAttempts: number
  readonly lockBackoffMs: number
  readonly detachWaitMs: number
  readonly indexWaitMs: number
  readonly slowBudgetMs: number
}

export interface RunContext {
  readonly database: Database
  readonly settings: RunSettings
  readonly acting: ActingMaintainer
  readonly keeper: LeaseKeeper
  readonly hooks: HookQuestions
  readonly lockCapacity: number
  /** By `performance.now()`: no step is begun later. */
  readonly deadline: number
  readonly signal: AbortSignal
  readonly logger: Logger
}

export const LEASE_LOST = 'the lease has gone to another maintainer'
const STOPPED = 'the run was stopped'
const LEFT_FOR_NEXT_RUN = 'left for the next run'
const HELD = 'an earlier step of the same parent failed'

/** Writers wait behind whoever waits for a lock against them: no longer than this, in milliseconds. */
const STRONG_LOCK_TIMEOUT_MS = 50
/** No pause between two rounds is longer, in milliseconds. */
const MAX_BACKOFF_MS = 5_000
/** The first try waits this share of the longest, and each further one twice as long. */
const FIRST_TRY_SHARE = 1 / 4

/**
 * Runs operations in order, in rounds: what meets a lock is put off until the others are done, and tried again after a pause that
 * grows. So one table that is in use delays nothing else, and a run waits as long for a thousand of them as for one.
 */
export async function runSteps(operations: readonly Operation[], context: RunContext): Promise<StepReport[]> {
  const steps = operations.map((operation) => new Step(operation, { lockTimeoutMs: 0, maintainer: context.acting }))
  const run = new Run(context)
  for (let round = 1; ; round++) {
    const pending = steps.filter((step) => !step.isOver)
    const holds = new StepHolds(steps.filter((step) => step.isMissed).map(({ operation }) => operation))
    for (const batch of batchSteps(pending, context.lockCapacity)) await run.run(batch, round, holds)
    const left = steps.filter((step) => !step.isOver)
    if (left.length === 0) break
    if (round >= context.settings.lockAttempts || context.signal.aborted) {
      for (const step of left) step.giveUp(HELD)
      break
    }
    await pause(Math.random() * Math.min(context.settings.lockBackoffMs * 2 ** (round - 1), MAX_BACKOFF_MS), context.signal)
  }
  for (const step of steps) await run.takeBack(step)
  return steps.map((step) => step.report())
}

class Run {
  readonly #context: RunContext
  #slowSince: number | undefined

  constructor(context: RunContext) {
    this.#context = context
  }

  /** Runs steps that can begin as one transaction; each goes on by itself. */
  async run(batch: readonly Step[], round: number, holds: StepHolds): Promise<void> {
    for (const step of batch) if (this.#isReady(step, holds) && !step.isCleared) await this.#askHook(step)
    const ready = batch.filter((step) => step.isCleared && this.#isReady(step, holds))
    const blocks = ready.flatMap(({ statement }) => (statement?.kind === 'block' ? [statement] : []))
    if (ready.length > 1 && blocks.length === ready.length) await this.#sendTogether(ready, blocks, round)
    await this.#runApart(ready, round, holds)
  }

  /** Clears a step, or ends it, as the application says. */
  async #askHook(step: Step): Promise<void> {
    const { hooks, logger } = this.#context
    try {
      const known = hooks.recall(step.operation)
      if (!known && this.#isLate()) return step.giveUp(LEFT_FOR_NEXT_RUN)
      if (!known) this.#slowSince ??= performance.now()
      const answer = known ?? (await hooks.call(step.operation))
      if (answer.kind === 'proceed') step.clear(answer.hook)
      else if (answer.kind !== 'interrupted') step.decline(answer.kind, answer.error, answer.hook)
      else step.giveUp(this.#context.keeper.isLost ? LEASE_LOST : STOPPED)
    } catch (error) {
      if (isLockTrouble(error)) return step.meet(error)
      step.decline('failed', error instanceof Error ? error.message : String(error))
      logger.error({ ...fieldsOf(step), err: error }, 'step failed')
    }
  }

  /** Where one of them is in trouble, nothing is done, and each is tried by itself. */
  async #sendTogether(steps: readonly Step[], blocks: readonly Block[], round: number): Promise<void> {
    for (const step of steps) step.begin()
    try {
      await this.#context.database.query(renderBlocks(blocks, this.#optionsOf(steps[0]!, round)))
      for (const step of steps) this.#advance(step)
    } catch (error) {
      if (sqlState(error) === SQLSTATE.leaseLost) this.#context.keeper.lose()
    }
  }

  async #runApart(steps: readonly Step[], round: number, holds: StepHolds): Promise<void> {
    for (const step of steps) {
      while (!step.isOver && this.#isReady(step, holds)) {
        const error = await this.#send(step, round)
        if (error === undefined) this.#advance(step)
        else {
          this.#settle(step, error, round)
          holds.addFailed(step.operation)
          // Rows of it may come at any moment: nobody is to be refused while it waits.
          if (step.isOver || isNear(step)) await this.takeBack(step)
          break
        }
      }
    }
  }

  /** Takes back what a step has done that goes no further. Where that fails, the next run does it first of all. */
  async takeBack(step: Step): Promise<void> {
    const { database, keeper, settings, logger } = this.#context
    const blocks = step.undo.filter((statement) => statement.kind === 'block')
    if (blocks.length === 0 || keeper.isLost) return
    try {
      await retryOnLocks(() => database.query(renderBlocks(blocks, this.#optionsOf(step, settings.lockAttempts))), {
        attempts: settings.lockAttempts,
        backoffMs: settings.lockBackoffMs,
      })
      step.rewind()
    } catch (error) {
      if (sqlState(error) === SQLSTATE.leaseLost) keeper.lose()
      logger.error({ ...fieldsOf(step), err: error }, 'step not taken back')
    }
  }

  /** Sends the next statement of a step; returns what it failed with. */
  async #send(step: Step, round: number): Promise<unknown> {
    step.begin()
    if (isIndexStep(step)) this.#slowSince ??= performance.now()
    try {
      await this.#sendStatement(step, step.statement!, round)
      return undefined
    } catch (error) {
      return error
    }
  }

  async #sendStatement(step: Step, statement: Statement, round: number): Promise<void> {
    const { database, keeper, settings, signal } = this.#context
    if (statement.kind === 'block') {
      await database.query(renderBlocks([statement], this.#optionsOf(step, round)))
      return
    }
    // It can be in no transaction with the check of the lease, so it is sent right after an answer that is not old.
    if (!(await keeper.confirm())) throw new LeaseLost()
    const waitMs = isIndexStep(step) ? settings.indexWaitMs : stopsOthers(step) ? STRONG_LOCK_TIMEOUT_MS : settings.detachWaitMs
    const { waitedMs, blockers } = await sendWatched(database, statement.sql, { waitMs, signal })
    step.wait(waitedMs, blockers)
  }

  #optionsOf({ operation }: Step, round: number): RenderOptions {
    const { settings, acting } = this.#context
    const longest = Math.round(settings.lockTimeoutMs * Math.min(1, FIRST_TRY_SHARE * 2 ** (round - 1)))
    const isStrong = operation.kind === 'finalize-detach' || operation.locks.some(isStrongLock)
    return { lockTimeoutMs: Math.max(1, isStrong ? Math.min(longest, STRONG_LOCK_TIMEOUT_MS) : longest), maintainer: acting }
  }

  /** Whether nothing hinders a step. One that has to wait for another of this round stays as it is. */
  #isReady(step: Step, holds: StepHolds): boolean {
    const { keeper, signal, deadline } = this.#context
    if (keeper.isLost) step.giveUp(LEASE_LOST)
    else if (signal.aborted) step.giveUp(STOPPED)
    else if (!step.hasBegun && (performance.now() > deadline || (isIndexStep(step) && this.#isLate()))) step.giveUp(LEFT_FOR_NEXT_RUN)
    else if (holds.isHeldForGood(step.operation)) step.giveUp(HELD)
    else return !holds.isHeld(step.operation)
    return false
  }

  /** Whether what it met may be gone the next time. What runs concurrently and was cut off has left something behind, and cannot be begun again. */
  #isPassing({ statement }: Step, error: unknown): boolean {
    if (statement?.kind === 'scan' && error instanceof CutOff) return true
    return statement?.kind !== 'concurrent' && isLockTrouble(error)
  }

  /** Whoever builds indexes, or waits for hooks, provisions nothing meanwhile. */
  #isLate(): boolean {
    return this.#slowSince !== undefined && performance.now() - this.#slowSince > this.#context.settings.slowBudgetMs
  }

  #advance(step: Step): void {
    step.advance()
    if (step.isOver) this.#context.logger.info(fieldsOf(step), 'step done')
  }

  #settle(step: Step, error: unknown, round: number): void {
    const { keeper, logger, settings } = this.#context
    const state = sqlState(error)
    if (error instanceof LeaseLost || state === SQLSTATE.leaseLost) {
      keeper.lose()
      step.giveUp(LEASE_LOST)
      return
    }
    step.wait(0, blockersOf(error))
    if (error instanceof CutOff) step.wait(error.waited.waitedMs, error.waited.blockers)
    const beside = defaultBeside(step)
    if (beside && state === SQLSTATE.checkViolation) {
      step.skip(`rows of its range have come into ${formatTableName(beside.partition)} meanwhile`)
      logger.warn({ ...fieldsOf(step), err: error }, 'step skipped')
    } else if (error instanceof CutOff && step.statement?.kind === 'scan' && this.#context.signal.aborted) {
      step.giveUp(STOPPED)
    } else if (this.#isPassing(step, error)) {
      step.meet(error)
      if (round < settings.lockAttempts)
        logger.warn({ ...fieldsOf(step), round, blockers: blockersOf(error), err: error }, 'step met a lock')
    } else {
      step.fail(explainStale(step.operation, error))
      logger.error({ ...fieldsOf(step), err: error }, 'step failed')
    }
  }
}

function defaultBeside({ operation }: Step): BesideDefault | undefined {
  return operation.kind === 'create-partition' ? operation.beside : undefined
}

/** A detach takes its last lock on the tables that foreign keys refer to, and their writers wait behind it. */
function stopsOthers({ operation: { kind, locks } }: Step): boolean {
  return kind === 'detach-partition' && locks.some(isStrongLock)
}

function isStrongLock({ mode }: OperationLock): boolean {
  return mode !== 'SHARE UPDATE EXCLUSIVE'
}

function isNear({ operation }: Step): boolean {
  return operation.kind === 'create-partition' && operation.time === 'near'
}

function isIndexStep({ operation: { kind } }: Step): boolean {
  return kind === 'create-index' || kind === 'attach-index'
}

class LeaseLost extends Error {}

function fieldsOf({ operation: { table, kind, partition } }: Step) {
  return { table: formatTableName(table), kind, partition: partition.name }
}
