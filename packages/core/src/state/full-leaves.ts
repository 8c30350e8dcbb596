import { type PartitionPolicy, policyLevels, tenantsOf, type WindowPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import { retentionFor, type WantedTable } from './want-state.js'

type Settings = TenantSettings | undefined

/**
 * How many partitions that hold rows a table has once each series reaches back as far as its retention, for the tenants that it has now. What
 * nothing retires by time or number counts from where it begins, and goes on growing.
 */
export function fullLeaves(wanted: WantedTable, policy: PartitionPolicy = wanted.policy.policy, settings?: Settings): number {
  const below = (own: Settings) => (policy.subpartition === null ? 1 : fullLeaves(wanted, policy.subpartition, own))
  const takesRest = 'default' in policy && policy.default ? 1 : 0
  switch (policy.kind) {
    case 'hash':
      return policy.partitions * below(settings)
    case 'list':
      return policy.values.length * below(settings) + takesRest
    case 'tenants':
      return ofEachTenant(wanted, below) + takesRest
    case 'range':
    case 'number-range': {
      const ofSeries = (own: Settings) => windowsOf(wanted, policy, own) * below(own)
      return (policy.prefix ? ofEachTenant(wanted, ofSeries) : ofSeries(settings)) + takesRest
    }
  }
}

/** What the levels of a full table come to, for people: `100 tenants x 41 windows`. */
export function formatLevels(wanted: WantedTable): string {
  const levels = policyLevels(wanted.policy.policy)
  return levels.flatMap((level) => formatLevel(wanted, level)).join(' x ')
}

function formatLevel(wanted: WantedTable, level: PartitionPolicy): string[] {
  const tenants = tenantsOf(level) ? [`${wanted.tenants.length} tenants`] : []
  switch (level.kind) {
    case 'tenants':
      return tenants
    case 'hash':
      return [`hash ${level.partitions}`]
    case 'list':
      return [`${level.values.length} lists`]
    case 'range':
    case 'number-range':
      return [...tenants, `${windowsOf(wanted, level, undefined)} windows`]
  }
}

/** Nearly all tenants have no settings of their own, and come to the same. */
function ofEachTenant({ tenants, settings }: WantedTable, countOf: (settings: Settings) => number): number {
  const usual = countOf(undefined)
  return tenants.reduce((sum, key) => sum + (settings.has(key) ? countOf(settings.get(key)) : usual), 0)
}

/** The windows of one series: those ahead, the present one, and those before it that the retention keeps. */
function windowsOf(wanted: WantedTable, policy: WindowPolicy, settings: Settings): number {
  const series = wanted.series(policy, null)
  const ahead = (settings?.premake ?? policy.premake) + 1
  const retention = retentionFor(policy, settings, series)
  if (retention?.kind === 'count') return ahead + retention.partitions
  const since = retention?.kind === 'age' ? series.before(retention.after) : series.start
  return since === null || since > series.present ? ahead : ahead - Math.min(series.offsetAt(since), 0)
}
