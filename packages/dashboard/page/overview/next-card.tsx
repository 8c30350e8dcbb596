import type { Plan } from '../api/shapes.js'
import type { Resource } from '../api/use-resource.js'
import { countOf, formatCount } from '../format/count.js'
import { Badge } from '../parts/badge.js'
import { nameOfOperation } from '../plan/operations.js'
import { href } from '../routing/location.js'

/** What the next run would do. */
export function NextCard({ plan: { data, problem } }: { plan: Resource<Plan> }) {
  return (
    <section class="card" aria-labelledby="next-title">
      <h2 id="next-title">Next run</h2>
      {data === null ? (
        <p class="muted">{problem ? (problem.detail ?? problem.title) : 'Reading…'}</p>
      ) : data.operations.length === 0 ? (
        <p class="card-value">Nothing to do</p>
      ) : (
        <>
          <p class="card-value">
            <a href={href(['plan'])}>{countOf(data.operations.length, 'step')}</a>
          </p>
          <p class="card-foot">
            {countKinds(data).map(([kind, count]) => (
              <span key={kind} class="nowrap">
                {formatCount(count)} {nameOfOperation(kind).toLowerCase()}
              </span>
            ))}
            {data.destroysData && <Badge tone="error">destroys data</Badge>}
          </p>
        </>
      )}
    </section>
  )
}

function countKinds({ operations }: Plan): [string, number][] {
  const counts = new Map<string, number>()
  for (const { kind } of operations) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts]
}
