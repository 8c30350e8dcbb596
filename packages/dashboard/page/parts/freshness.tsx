import type { Resource } from '../api/use-resource.js'
import { formatRelative } from '../format/instant.js'
import { useNow } from './use-now.js'

/** How old is what the screen shows; pressing it reads anew. */
export function Freshness({ of: { seenAt, problem, isLoading, reload } }: { of: Resource<unknown> }) {
  const now = Math.max(useNow(), seenAt ?? 0)
  const text = seenAt === null ? 'Reading…' : now - seenAt < 20_000 ? 'Live' : `Seen ${formatRelative(seenAt, now)}`
  return (
    <button type="button" class={`freshness ${problem ? 'bad' : 'well'}`} onClick={reload} aria-busy={isLoading} title="Read anew">
      <span class="pulse" aria-hidden="true" />
      {text}
      <span class="hidden">, read anew</span>
    </button>
  )
}
