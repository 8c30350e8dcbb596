import { AsyncLocalStorage } from 'node:async_hooks'

const marked = new AsyncLocalStorage<true>()

/**
 * Runs queries that are meant to look into all partitions: the pruning guard counts them, and says nothing.
 *
 * @example
 * const total = await acrossPartitions(() => prisma.event.count())
 */
export async function acrossPartitions<T>(queries: () => PromiseLike<T>): Promise<T> {
  // A query of Prisma is sent when it is awaited, so that has to happen within.
  return marked.run(true, async () => await queries())
}

export function isAcrossPartitions(): boolean {
  return marked.getStore() === true
}
