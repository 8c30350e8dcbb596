import type { Operation, Plan } from '@partman/core'
import { formatCount, formatDay } from './format-text.js'

const VERBS: Readonly<Record<Operation['kind'], string>> = {
  'finalize-detach': 'end the detach of',
  'clear-marker': 'unmark',
  'drop-check': 'take a CHECK off',
  'create-partition': 'make',
  'detach-partition': 'detach',
  'drop-partition': 'drop',
  'move-partition': 'move',
  'create-index': 'index',
  'attach-index': 'index',
}

/** What a plan does, one line for each kind of step and table. */
export function formatNext({ operations }: Plan): string[] {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    const key = `${operation.kind} ${operation.model}`
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return [...groups.values()].map((group) => {
    const [{ kind, model }] = group as [Operation, ...Operation[]]
    const days = [...new Set(group.flatMap(lowerEnd))].sort((a, b) => a - b).map(formatDay)
    const of = days.length === 0 ? '' : `  of ${days.join(', ')}`
    return `${VERBS[kind].padEnd(6)}  ${model.padEnd(15)}  ${formatCount(group.length, 'partition').padEnd(12)}${of}`
  })
}

function lowerEnd(operation: Operation): number[] {
  const bound = 'bound' in operation.partition ? operation.partition.bound : operation.partition.marker.bound
  const [from] = bound.kind === 'range' ? bound.from : []
  return typeof from === 'object' ? [Date.parse(from.value.replace(' ', 'T').replace(/\+00$/, 'Z'))] : []
}
