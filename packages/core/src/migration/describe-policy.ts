import type { PartitionPolicy } from '../policy/policy.js'

/** Says in a line for people what partitions a policy asks for. */
export function describePolicy(policy: PartitionPolicy): string {
  const own = describeLevel(policy)
  return policy.subpartition === null ? own : `${own}, each with ${describePolicy(policy.subpartition)}`
}

function describeLevel(policy: PartitionPolicy): string {
  switch (policy.kind) {
    case 'range': {
      const since = policy.start === null ? `the present ${policy.interval}` : `every ${policy.interval} since ${policy.start}`
      return `${policy.prefix ? 'for each tenant ' : ''}${since} and ${policy.premake} ahead (${policy.timeZone})`
    }
    case 'number-range':
      return `${policy.prefix ? 'for each tenant ' : ''}${policy.interval} numbers from ${policy.start} and ${policy.premake} times as many ahead`
    case 'list':
      return `${policy.values.length} by ${policy.by.column}`
    case 'tenants':
      return 'one per tenant'
    case 'hash':
      return `${policy.partitions} by hash`
  }
}
