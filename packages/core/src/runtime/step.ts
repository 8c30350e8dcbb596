import { PartmanError } from '../error.js'
import type { Operation } from '../plan/operation.js'
import type { RenderOptions } from '../sql/guarded-block.js'
import { statementsOf, undoOf } from '../sql/render-operation.js'
import type { Statement } from '../sql/statement.js'
import type { Blocker } from './blocker.js'
import type { StepReport } from './maintenance-report.js'
import type { HookReport } from './retirement-hook.js'
import { sqlState } from './sql-state.js'

/** An operation on its way: which of its statements comes next, and what has stood in its way. */
export class Step {
  readonly operation: Operation
  readonly #statements: readonly Statement[]
  readonly #undo: readonly Statement[]
  #isMissed = false
  #next = 0
  #begun = false
  #tries = 0
  #waitedMs = 0
  #blockers: readonly Blocker[] = []
  #end: Pick<StepReport, 'outcome' | 'error' | 'sqlState'> | undefined
  #met: unknown
  #hook: HookReport | undefined
  #isCleared = false
  #isDeclined = false

  constructor(operation: Operation, options: RenderOptions) {
    this.operation = operation
    this.#statements = statementsOf(operation, options)
    this.#undo = undoOf(operation)
  }

  /** undefined: all are done. */
  get statement(): Statement | undefined {
    return this.#statements[this.#next]
  }

  get isOver(): boolean {
    return this.#end !== undefined
  }

  /** What it was to bring about is not there, and will not be in this run. Where the application said no, all is well with its objects. */
  get isMissed(): boolean {
    return this.#isMissed || (this.#end?.outcome === 'failed' && !this.#isDeclined)
  }

  /** What takes back its statements that are done, where it goes no further. */
  get undo(): readonly Statement[] {
    return this.#next > 0 && this.#end?.outcome !== 'done' ? this.#undo : []
  }

  /** Its statements were taken back, and it begins anew. */
  rewind(): void {
    this.#next = 0
  }

  /** Whether the application has nothing against it. */
  get isCleared(): boolean {
    return this.#isCleared
  }

  clear(hook?: HookReport): void {
    this.#isCleared = true
    this.#hook = hook
  }

  /** Ends it because a hook said so, or could not say anything. */
  decline(outcome: 'skipped' | 'failed', error: string, hook?: HookReport): void {
    this.#isDeclined = true
    this.#hook = hook
    this.#end = { outcome, error }
  }

  /** Whether something was sent for it. */
  get hasBegun(): boolean {
    return this.#begun
  }

  begin(): void {
    this.#begun = true
  }

  advance(): void {
    this.#next++
    if (this.statement === undefined) this.#end = { outcome: 'done' }
  }

  wait(waitedMs: number, blockers: readonly Blocker[]): void {
    this.#waitedMs += waitedMs
    if (blockers.length > 0) this.#blockers = blockers
  }

  /** Something stood in its way that may be gone the next time. */
  meet(error: unknown): void {
    this.#tries++
    this.#met = error
  }

  /** Ends it with what it has met last; one that has met nothing waited for another. */
  giveUp(why: string): void {
    if (this.#met === undefined) this.#end = { outcome: 'skipped', error: why }
    else this.fail(this.#met)
  }

  /** It cannot be done as things are, and nothing is wrong with that. */
  skip(why: string): void {
    this.#isMissed = true
    this.#end = { outcome: 'skipped', error: why }
  }

  fail(error: unknown): void {
    const state = error instanceof PartmanError ? undefined : sqlState(error)
    this.#end = {
      outcome: 'failed',
      error: error instanceof Error ? error.message : String(error),
      ...(state === undefined ? {} : { sqlState: state }),
    }
  }

  report(): StepReport {
    const { kind, model, table, reason, partition } = this.operation
    return {
      kind,
      model,
      table,
      partition: { schema: partition.schema, name: partition.name },
      bound: 'bound' in partition ? partition.bound : partition.marker.bound,
      reason,
      ...(this.#end ?? { outcome: 'skipped' }),
      ...(this.#hook ? { hook: this.#hook } : {}),
      ...(this.#tries > 0 ? { retries: this.#tries } : {}),
      ...(this.#waitedMs > 0 ? { waitedMs: Math.round(this.#waitedMs) } : {}),
      ...(this.#blockers.length > 0 ? { blockers: this.#blockers } : {}),
    }
  }
}
