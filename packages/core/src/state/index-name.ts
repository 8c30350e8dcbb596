import { joinName } from './partition-name.js'

/** How many names are tried for one index. */
const MAX_NAMES = 9

/** Names that we give to a partition's part of an index, in the order of preference. The same every time, so that a remnant is known as ours. */
export function partitionIndexNames(partition: string, index: string): string[] {
  return Array.from({ length: MAX_NAMES }, (_, n) => joinName(`${partition}_${index}`, n === 0 ? 'idx' : `idx${n + 1}`))
}
