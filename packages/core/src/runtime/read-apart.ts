import { sqlState } from './sql-state.js'

/** What was read of one thing, or why it could not be. */
export type ReadApart<Value> = { readonly value: Value } | { readonly why: string }

/** Each failure may have waited for a lock; after so many, the rest is left for the next run. */
const MAX_FAILURES = 20

/** Reads several things at once; where that fails, each by itself, so that the trouble of one ends nothing else. */
export async function readApart<Item, Value>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<readonly Value[]>,
): Promise<ReadApart<Value>[]> {
  if (items.length === 0) return []
  const together = await readOrTell(items, read)
  if ('value' in together || items.length === 1)
    return items.map((_, index) => ('value' in together ? { value: together.value[index]! } : together))
  const apart: ReadApart<Value>[] = []
  let last = together
  let failures = 0
  for (const item of items) {
    const one = failures < MAX_FAILURES ? await readOrTell([item], read) : last
    if ('why' in one) [last, failures] = [one, failures + 1]
    apart.push('why' in one ? one : { value: one.value[0]! })
  }
  return apart
}

async function readOrTell<Item, Value>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<readonly Value[]>,
): Promise<{ readonly value: readonly Value[] } | { readonly why: string }> {
  try {
    return { value: await read(items) }
  } catch (error) {
    if (!isOfStatement(error)) throw error
    return { why: (error as Error).message }
  }
}

/** The statement failed, and the connection and the server are well. */
function isOfStatement(error: unknown): boolean {
  const state = sqlState(error)
  return state !== undefined && !/^(08|57P)/.test(state)
}
