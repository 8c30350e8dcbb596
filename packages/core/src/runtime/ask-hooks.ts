import type { DetachPartition, DropPartition, Operation } from '../plan/operation.js'
import type { Database } from '../sql/database.js'
import type { ActingMaintainer } from '../sql/guarded-block.js'
import { formatTableName } from '../state/state.js'
import { beginHookCall, endHookCall, type HookCall, type HookTarget, hookCallKey, observeHookCalls } from './hook-calls.js'
import type { LeaseKeeper } from './lease-keeper.js'
import type { Logger } from './logger.js'
import { backOff, type ParsedDecision, parseDecision, storable } from './parse-decision.js'
import { readBatches, readRows } from './partition-rows.js'
import { MAX_TIMEOUT_MS } from './pause.js'
import type { HookReport, RetirementHook, RetirementHooks, RetirementPhase, RetiringPartition } from './retirement-hook.js'

export interface HookContext {
  readonly hooks: RetirementHooks
  readonly timeoutMs: number
  readonly database: Database
  readonly acting: ActingMaintainer
  readonly keeper: LeaseKeeper
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** What comes of asking: the step may go, or not, and why. `interrupted`: the run is to end, and nothing is known. */
export type HookAnswer =
  | { readonly kind: 'proceed'; readonly hook?: HookReport }
  | { readonly kind: 'skipped' | 'failed'; readonly error: string; readonly hook: HookReport }
  | { readonly kind: 'interrupted' }

/** Asks the application before a partition goes, once in each phase, and remembers what it said. */
export class HookQuestions {
  readonly #context: HookContext
  readonly #calls: ReadonlyMap<string, HookCall>

  private constructor(context: HookContext, calls: ReadonlyMap<string, HookCall>) {
    this.#context = context
    this.#calls = calls
  }

  /** Reads what was said before; nothing where nothing is to go. Also a maintainer without hooks leaves what no hook has let go. */
  static async observe(operations: readonly Operation[], context: HookContext): Promise<HookQuestions> {
    const targets = operations.flatMap((operation) => (retires(operation) ? [targetOf(operation)] : []))
    return new HookQuestions(context, await observeHookCalls(context.database, targets))
  }

  /** What is known without a call; undefined: the hook has to be called. */
  recall(operation: Operation): HookAnswer | undefined {
    if (!retires(operation)) return { kind: 'proceed' }
    const target = targetOf(operation)
    const call = this.#calls.get(hookCallKey(target))
    const isAskedAnew = call?.isStale === true && this.#hookOf(target) !== undefined
    if (call?.decision === 'keep' && !isAskedAnew) return kept(target.phase, call.attempts, call.reason ?? '')
    if (!this.#hookOf(target))
      return call === undefined || call.decision === 'proceed' ? { kind: 'proceed' } : undecided(target.phase, call)
    // Where somebody has attached it again, or altered it, that was said of other rows.
    if (call?.decision === 'proceed' && call.isCurrent && !isAskedAnew)
      return { kind: 'proceed', hook: reportOf(target.phase, call.attempts, 'proceed', call.reason) }
    if (!call?.waits || isAskedAnew) return undefined
    return putOff(target.phase, call.attempts, call.decision, call.reason, call.retryAt)
  }

  /** Calls the hook. Errors of the driver pass through: then nothing is known, and it will be called again. */
  async call(operation: Operation): Promise<HookAnswer> {
    const hook = retires(operation) ? this.#hookOf(targetOf(operation)) : undefined
    if (!retires(operation) || !hook) return { kind: 'proceed' }
    const { database, acting, keeper, logger } = this.#context
    const target = targetOf(operation)
    const { phase } = target
    const begun = (await keeper.confirm()) ? await beginHookCall(database, acting, target) : undefined
    if (!begun) return this.#loseLease()
    const { attempt } = begun
    const fields = { table: formatTableName(operation.table), partition: formatTableName(target.partition), phase, attempt }
    logger.info(fields, 'hook called')
    const said = await this.#listen(hook, target, (signal) => describe(operation, target, begun, database, signal))
    if (said === 'interrupted') return { kind: 'interrupted' }
    const failure = 'thrown' in said ? messageOf(said.thrown) : undefined
    const { decision, reason, after } = 'thrown' in said ? { decision: null, reason: messageOf(said.thrown), after: null } : said
    const retryAfter = decision === 'retry' || decision === null ? (after ?? backOff(attempt)) : null
    const recorded = await endHookCall(database, acting, target, { attempt, decision, reason, retryAfter })
    if (!recorded) return this.#loseLease()
    if ('thrown' in said) logger.error({ ...fields, retryAt: recorded.retryAt, err: said.thrown }, 'hook failed')
    else logger.info({ ...fields, decision, reason, retryAt: recorded.retryAt }, 'hook decided')
    if (failure !== undefined)
      return { ...putOff(phase, attempt, null, failure, recorded.retryAt), kind: 'failed', error: `the ${phase} hook failed: ${failure}` }
    if (decision === 'keep') return kept(phase, attempt, reason ?? '')
    if (decision === 'retry') return putOff(phase, attempt, 'retry', reason, recorded.retryAt)
    return { kind: 'proceed', hook: reportOf(phase, attempt, 'proceed', null) }
  }

  /** Waits for the hook, but no longer than it may take, nor longer than the run. */
  async #listen(
    hook: RetirementHook,
    { phase }: HookTarget,
    describe: (signal: AbortSignal) => RetiringPartition,
  ): Promise<ParsedDecision | { readonly thrown: unknown } | 'interrupted'> {
    const { keeper, signal, timeoutMs } = this.#context
    const over = new AbortController()
    const timer = setTimeout(
      () => over.abort(new Error(`the ${phase} hook took longer than ${timeoutMs} ms`)),
      Math.min(timeoutMs, MAX_TIMEOUT_MS),
    )
    const ends = AbortSignal.any([over.signal, signal, keeper.lost])
    const isInterrupted = () => signal.aborted || keeper.isLost
    try {
      const decision = await Promise.race([Promise.resolve().then(() => hook(describe(ends))), rejectOnAbort(ends)])
      return isInterrupted() ? 'interrupted' : parseDecision(decision)
    } catch (thrown) {
      return isInterrupted() ? 'interrupted' : { thrown }
    } finally {
      clearTimeout(timer)
      // Whatever it has left at work knows that nobody waits for it.
      over.abort(new Error(`the ${phase} hook has answered`))
    }
  }

  #hookOf({ phase }: HookTarget): RetirementHook | undefined {
    const { beforeDetach, beforeDrop } = this.#context.hooks
    return phase === 'before-detach' ? beforeDetach : beforeDrop
  }

  #loseLease(): HookAnswer {
    this.#context.keeper.lose()
    return { kind: 'interrupted' }
  }
}

function retires(operation: Operation): operation is DetachPartition | DropPartition {
  return operation.kind === 'detach-partition' || operation.kind === 'drop-partition'
}

function targetOf({ kind, partition }: DetachPartition | DropPartition): HookTarget {
  return { phase: kind === 'detach-partition' ? 'before-detach' : 'before-drop', partition }
}

function describe(
  operation: DetachPartition | DropPartition,
  { phase, partition: { schema, name, oid } }: HookTarget,
  { attempt, estimatedRows, bytes }: { attempt: number; estimatedRows: number | null; bytes: number },
  database: Database,
  signal: AbortSignal,
): RetiringPartition {
  const { model, table, tenant, reason } = operation
  const [parent, bound] =
    operation.kind === 'detach-partition'
      ? [operation.parent, operation.partition.bound]
      : [operation.partition.marker.parent, operation.partition.marker.bound]
  return {
    phase,
    schema,
    name,
    parent,
    model,
    table,
    tenant,
    reason,
    bound,
    estimatedRows,
    bytes,
    attempt,
    signal,
    rows: (options) => readRows(database, oid, signal, options),
    batches: (options) => readBatches(database, oid, signal, options),
  }
}

function kept(phase: RetirementPhase, attempt: number, reason: string): Extract<HookAnswer, { kind: 'skipped' | 'failed' }> {
  return { kind: 'skipped', error: `kept by the ${phase} hook: ${reason}`, hook: reportOf(phase, attempt, 'keep', reason) }
}

/** The hook was asked, and has not let it go; whoever has no hooks cannot ask it again. */
function undecided(phase: RetirementPhase, { attempts, decision, reason, retryAt }: HookCall): HookAnswer {
  const why = reason === null ? '' : `: ${reason}`
  const { hook } = putOff(phase, attempts, decision, reason, retryAt)
  const asked = `the ${phase} hook of the application was asked and has not answered \`proceed\`${why}`
  const error = `${asked}; a maintainer with hooks (\`--hooks <module>\`) has to run, or its row in partman.hook_call to be deleted`
  return { kind: 'skipped', error, hook }
}

function putOff(
  phase: RetirementPhase,
  attempt: number,
  decision: HookReport['decision'],
  reason: string | null,
  retryAt: string | null,
): Extract<HookAnswer, { kind: 'skipped' | 'failed' }> {
  const why = reason === null ? '' : `: ${reason}`
  const error = `put off by the ${phase} hook until ${retryAt}${why}`
  return { kind: 'skipped', error, hook: { ...reportOf(phase, attempt, decision, reason), ...(retryAt === null ? {} : { retryAt }) } }
}

function reportOf(phase: RetirementPhase, attempt: number, decision: HookReport['decision'], reason: string | null): HookReport {
  return { phase, decision, attempt, ...(reason === null ? {} : { reason }) }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function messageOf(error: unknown): string {
  return storable(error instanceof Error ? error.message : String(error))
}
