import { type PartmanDocument, PartmanError, type TablePolicy } from '@partman/core'
import { isAcrossPartitions } from './across-partitions.js'
import { rangeAdder } from './derive-range.js'
import { levelKeys, orderedLevels } from './level-keys.js'
import { bindsField } from './where-bounds.js'

/** What becomes of a query that PostgreSQL has to look into all partitions for. */
export type PruningMode = 'off' | 'warn' | 'error'

/** A query on a partitioned model that binds no key of any level. */
export interface UnprunedQuery {
  readonly model: string
  readonly operation: string
  /** file:line:column; null where Prisma does not tell: with `errorFormat: 'minimal'`, its default where NODE_ENV is production. */
  readonly callSite: string | null
  /** The fields any of which would do, outermost level first. */
  readonly keys: readonly string[]
}

/** Queries on a partitioned model since the client was made. */
export interface PruningCounts {
  /** They bind a key of some level. */
  readonly pruned: number
  /** Of these, those whose range was added as their id tells it. */
  readonly derived: number
  readonly unpruned: number
  /** Not pruned, and meant: within `acrossPartitions`. */
  readonly allowed: number
}

/** A query as a query hook is called for it. */
export interface GuardedQuery {
  readonly operation: string
  readonly args: Readonly<Record<string, unknown>>
  readonly callSite: () => string | null
}

const WITHOUT_WHERE: ReadonlySet<string> = new Set(['create', 'createMany', 'createManyAndReturn'])
const ON_ONE_ROW: ReadonlySet<string> = new Set(['findUnique', 'findUniqueOrThrow', 'update', 'delete', 'upsert'])

/** Looks at the queries of one model before they are sent. */
export class PruningGuard {
  readonly #model: string
  readonly #keys: ReturnType<typeof levelKeys>
  readonly #adders: ReturnType<typeof rangeAdder>[]
  readonly #mode: PruningMode
  readonly #report: (query: UnprunedQuery) => void
  readonly #reported = new Set<string>()
  readonly #counts = { pruned: 0, derived: 0, unpruned: 0, allowed: 0 }

  constructor({ model, policy }: TablePolicy, mode: PruningMode, report: (query: UnprunedQuery) => void) {
    this.#model = model
    this.#keys = levelKeys(policy)
    this.#adders = orderedLevels(policy).map(rangeAdder)
    this.#mode = mode
    this.#report = report
  }

  get counts(): PruningCounts {
    return { ...this.#counts }
  }

  /**
   * Returns the arguments that the query is to be sent with.
   *
   * @throws PartmanError `QUERY_UNPRUNED` in mode `error`
   */
  look(query: GuardedQuery): GuardedQuery['args'] {
    const { operation, args } = query
    if (WITHOUT_WHERE.has(operation)) return args
    const isUnique = ON_ONE_ROW.has(operation)
    const where = this.#adders.reduce<unknown>((narrowed, add) => add(narrowed, isUnique), args?.['where'])
    if (this.#isPruned(where, isUnique)) {
      this.#counts.pruned++
      if (where === args?.['where']) return args
      this.#counts.derived++
      return { ...args, where }
    }
    if (isAcrossPartitions()) this.#counts.allowed++
    else this.#notice(query)
    return args
  }

  #isPruned(where: unknown, isUnique: boolean): boolean {
    return this.#keys.some(({ fields, binding }) => fields.every((field) => bindsField(where, field, binding, isUnique)))
  }

  #notice({ operation, callSite }: GuardedQuery): void {
    this.#counts.unpruned++
    if (this.#mode === 'off') return
    const unpruned = { model: this.#model, operation, callSite: callSite(), keys: this.#keys.flatMap(({ fields }) => fields) }
    if (this.#mode === 'error') throw refusal(unpruned)
    // Where Prisma does not tell the place, an operation of a model counts as one.
    const place = unpruned.callSite ?? operation
    if (this.#reported.has(place)) return
    this.#reported.add(place)
    this.#report(unpruned)
  }
}

/** One guard for each partitioned model, by the model's name. */
export function pruningGuards(
  { tables }: PartmanDocument,
  mode: PruningMode,
  report: (query: UnprunedQuery) => void,
): ReadonlyMap<string, PruningGuard> {
  return new Map(tables.map((table) => [table.model, new PruningGuard(table, mode, report)]))
}

/** Says it as a warning of the process, once for each place. */
export function warnOfUnpruned(query: UnprunedQuery): void {
  process.emitWarning(describe(query), { type: 'PartmanWarning', code: 'QUERY_UNPRUNED' })
}

function refusal(query: UnprunedQuery): PartmanError {
  return new PartmanError('QUERY_UNPRUNED', describe(query), {
    hint: 'Bind a key in `where`; or, where all partitions are meant, wrap the query in acrossPartitions(() => ...).',
  })
}

function describe({ model, operation, callSite, keys }: UnprunedQuery): string {
  const place = callSite === null ? '' : ` at ${callSite}`
  return `${model}.${operation}${place} binds none of ${keys.join(', ')}, so PostgreSQL looks into all partitions`
}
