/** A session that stood in a step's way. What the role may not see of it is null. */
export interface Blocker {
  readonly pid: number
  readonly user: string | null
  readonly application: string | null
  /** As `pg_stat_activity` has it: active, idle in transaction... */
  readonly state: string | null
  /** How long its transaction has lasted, in milliseconds. */
  readonly ageMs: number | null
  /** The first 200 characters of what it does, or did last. */
  readonly query: string | null
}

/** The blockers that a block has told of with its error; none where it has not. */
export function blockersOf(error: unknown): readonly Blocker[] {
  const { detail } = (error ?? {}) as { detail?: unknown }
  if (typeof detail !== 'string' || !detail.startsWith('[')) return []
  try {
    return JSON.parse(detail) as Blocker[]
  } catch {
    return []
  }
}

/** One line for people. */
export function formatBlocker({ pid, user, application, state, ageMs, query }: Blocker): string {
  const who = [`pid ${pid}`, user, application].filter((part) => part !== null && part !== '').join(' ')
  const age = ageMs === null ? '' : ` for ${(ageMs / 1000).toFixed(1)} s`
  return `${who}, ${state ?? 'in a state that the role may not see'}${age}: ${query ?? ''}`
}
