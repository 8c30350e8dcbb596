import { formatInstant, formatRelative } from '../format/instant.js'
import { useNow } from './use-now.js'

/** How long ago or how soon; the instant itself is in the tooltip, and in the page for whoever cannot point. */
export function Relative({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={`${formatInstant(at)} here, ${at} UTC`}>
      {formatRelative(Date.parse(at), now)}
    </time>
  )
}

/** The instant, in the time zone of whoever looks. */
export function Instant({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at} class="nowrap">
      {formatInstant(at)}
    </time>
  )
}
