import type { Hold } from '../api/shapes.js'
import { formatEdge } from '../format/instant.js'

/** Which rows a hold is on, in words. */
export function describeHold({ lower, upper, tenant }: Hold): string {
  const whose = tenant === null ? '' : ` of ${tenant}`
  if (lower === null && upper === null) return `all rows${whose}`
  if (lower === null) return `rows before ${formatEdge(upper, null)}${whose}`
  if (upper === null) return `rows from ${formatEdge(lower, null)}${whose}`
  return `rows from ${formatEdge(lower, null)} to before ${formatEdge(upper, null)}${whose}`
}
