import { formatBytes } from '../format/bytes.js'
import { formatCount } from '../format/count.js'

/** What else the log keeps of an act: whatever it is, as text. */
export function Details({ details }: { details: Readonly<Record<string, unknown>> }) {
  const given = Object.entries(details).filter(([, value]) => value !== null)
  if (given.length === 0) return <span class="muted">–</span>
  return (
    <dl class="details">
      {given.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{describe(name, value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function describe(name: string, value: unknown): string {
  if (name === 'bytes' && typeof value === 'number') return formatBytes(value)
  if (typeof value === 'number') return formatCount(value)
  if (name === 'fingerprint' && typeof value === 'string') return value.slice(0, 12)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
