import { useEffect, useRef, useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useResource } from '../api/use-resource.js'
import { Ribbon } from '../parts/ribbon.js'
import { inTurn } from './in-turn.js'

const EVERY_MS = 60_000

/** The ribbon of a table, read once somebody can see it: the overview itself stays a few statements for any number of partitions. */
export function LazyRibbon({ model }: { model: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [isInSight, setInSight] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const observer = new IntersectionObserver((entries) => setInSight(entries.some(({ isIntersecting }) => isIntersecting)), {
      rootMargin: '200px',
    })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return <div ref={place}>{isInSight ? <ReadRibbon model={model} /> : <div class="ribbon waiting" />}</div>
}

function ReadRibbon({ model }: { model: string }) {
  const { data, problem } = useResource(
    `table ${model}`,
    (signal) => inTurn(() => ask(client.GET('/api/v1/tables/{model}', { params: { path: { model } }, signal })), signal),
    EVERY_MS,
  )
  if (data) return <Ribbon cells={data.ribbon} />
  return problem ? <p class="muted small">{problem.title}</p> : <div class="ribbon waiting" />
}
