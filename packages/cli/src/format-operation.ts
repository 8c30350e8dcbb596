import { type Bound, countLeaves, formatBound, formatTableName, type Operation, type Partition } from '@partman/core'
import { formatCount, formatPrintable } from './format-text.js'
import type { Output } from './output.js'

/** One line for an operation: what comes (+) or goes (-), why, what it locks, and whether rows are destroyed. */
export function formatOperation(operation: Operation, { style }: Pick<Output, 'style'>): string {
  const name = formatPrintable(formatTableName(operation.partition))
  const reason = formatPrintable(operation.reason)
  switch (operation.kind) {
    case 'create-partition':
      return `${style('green', `+ ${name}`)}  ${describe(operation.partition)}  ${style('dim', `${reason}${formatLocks(operation)}`)}`
    case 'detach-partition':
      return `${style('yellow', `- ${name}`)}  ${bound(operation.partition.bound)}  ${style('dim', `retire: ${reason}${formatLocks(operation)}`)}`
    case 'finalize-detach':
      return `${style('yellow', `- ${name}`)}  ${bound(operation.partition.bound)}  ${style('dim', `finish: ${reason}${formatLocks(operation)}`)}`
    case 'clear-marker':
      return `${style('green', `~ ${name}`)}  ${bound(operation.partition.bound)}  ${style('dim', `unmark: ${reason}`)}`
    case 'drop-check':
      return `${style('green', `~ ${name}`)}  ${formatPrintable(operation.check.name)}  ${style('dim', `take the CHECK off: ${reason}${formatLocks(operation)}`)}`
    case 'create-index':
      return `${style('green', `+ index ${formatPrintable(operation.name)}`)}  on ${name}  ${style('dim', `${reason}${formatLocks(operation)}`)}`
    case 'attach-index':
      return `${style('green', `+ index ${formatPrintable(operation.part.name)}`)}  on ${name}  ${style('dim', `attach: ${reason}${formatLocks(operation)}`)}`
    case 'move-partition':
      return `${style('yellow', `> ${name}`)}  ${bound(operation.partition.marker.bound)}  ${style('dim', `move to schema ${formatPrintable(operation.schema)}: ${reason}`)}`
    case 'drop-partition':
      return `${style('red', `- ${name}`)}  ${bound(operation.partition.marker.bound)}  ${style('red', 'DESTROYS ROWS')}  ${style('dim', `drop: ${reason}`)}`
  }
}

function describe({ bound: own, partitions }: Partition): string {
  return partitions.length === 0 ? bound(own) : `${bound(own)} with ${formatCount(countLeaves(partitions), 'leaf partition')}`
}

function bound(value: Bound): string {
  return formatPrintable(formatBound(value))
}

function formatLocks({ locks }: Operation): string {
  return locks.map(({ mode, on }) => `; ${mode} on ${formatPrintable(formatTableName(on))}`).join('')
}
