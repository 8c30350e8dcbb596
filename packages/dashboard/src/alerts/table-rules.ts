import { type Finding, formatTableName } from '@partman/core'
import { halfPremakeDays } from '../queries/assess-health.js'
import type { FoundAlert, Ruling } from './alert-rule.js'
import { formatCount, formatDays, formatList, formatMinute } from './format-alert.js'
import type { AlertFacts } from './observe-facts.js'
import type { ResolvedRules } from './resolve-rules.js'

type Found = Omit<FoundAlert, 'rule'>
type Table = AlertFacts['tables'][number]

export function findMissing({ tables }: AlertFacts): Found[] {
  return tables
    .filter(({ state }) => state === 'missing')
    .map(({ model, table }) => ({
      model,
      severity: 'error',
      message: `${formatTableName(table)} is not in the database`,
      nextStep: 'Deploy the migration that makes it: `prisma migrate deploy`. Where there is none, write it by `partman migrate`.',
    }))
}

export function findPlain({ tables }: AlertFacts): Found[] {
  return tables
    .filter(({ state }) => state === 'plain')
    .map(({ model, table }) => ({
      model,
      severity: 'error',
      message: `${formatTableName(table)} is a plain table: it has no partitions, and nothing of it is retired`,
      nextStep: 'Where it may be empty, drop and create it in a new migration, then `partman migrate`. Otherwise take the annotation off.',
    }))
}

/** The share of the threshold below which there is little time left. */
const SHARE_OF_ERROR = 1 / 4
const DAY_MS = 86_400_000

export function findShortRunway(facts: AlertFacts, { runwayDays: declared }: ResolvedRules): Found[] {
  return facts.tables.flatMap((table) => {
    if (table.state !== 'partitioned') return []
    if (table.leaves === 0 && table.tenants === null) return [describeNone(table)]
    const enough = declared ?? halfPremakeDays(table)
    if (table.runwayDays === null || table.until === null || enough === null) return []
    // Not the rounded figure that people see.
    const days = (Date.parse(table.until) - facts.now) / DAY_MS
    return days < enough ? [describeShort({ ...table, until: table.until }, days, enough)] : []
  })
}

const RUN_MAINTAINER = 'Run `partman maintain`, and look why nobody did: partitions are made by each run of the maintainer.'

function describeNone({ model, table }: Table): Found {
  return {
    model,
    severity: 'error',
    message: `${formatTableName(table)} has no partition: inserts fail`,
    nextStep: RUN_MAINTAINER,
  }
}

function describeShort(
  { model, table, until, interval, premake }: Table & { readonly until: string },
  days: number,
  enough: number,
): Found {
  const name = formatTableName(table)
  const ahead = `${formatCount(premake ?? 0, 'partition')} of ${interval} ${premake === 1 ? 'is' : 'are'} to be ahead`
  return {
    model,
    severity: days < enough * SHARE_OF_ERROR ? 'error' : 'warning',
    message:
      days <= 0
        ? `The partitions of ${name} ended at ${formatMinute(until)}, ${formatDays(-days)} ago: later rows have none; ${ahead}`
        : `The partitions of ${name} end at ${formatMinute(until)}, in ${formatDays(days)}; ${ahead}`,
    nextStep: RUN_MAINTAINER,
  }
}

export function findDefaultRows({ tables, findings, defaultRows }: AlertFacts, { defaultRows: most }: ResolvedRules): Ruling<Found> {
  if (most === null && findings === null) return 'unknown'
  return tables.flatMap(({ model, table }) => {
    const nextStep = 'Look where they belong (`partman check` tells), and move or delete them: they stand in the way of partitions to come.'
    if (most === null) {
      // One that is declared is there to hold rows, and its finding is none to be warned of.
      const found = findings?.find((one) => one.model === model && one.code === 'DEFAULT_HOLDS_ROWS' && one.severity === 'warning')
      return found ? [{ model, severity: 'warning', message: found.message, nextStep }] : []
    }
    const rows = defaultRows.get(model) ?? 0
    if (rows <= most) return []
    return [
      {
        model,
        severity: 'warning',
        message: `${formatTableName(table)} has about ${formatCount(rows, 'row')} in DEFAULT partitions`,
        nextStep,
      },
    ]
  })
}

/** While a maintainer is at work, a detach may well be under way. */
export function findPendingDetaches({ tables, pendingDetaches, trouble }: AlertFacts): Ruling<Found> {
  if (pendingDetaches.size > 0 && (trouble === null || trouble.isAtWork)) return 'unknown'
  return tables.flatMap(({ model, table }) => {
    const names = pendingDetaches.get(model) ?? []
    if (names.length === 0) return []
    return [
      {
        model,
        severity: 'warning',
        message: `${formatTableName(table)}: the detach of ${formatList(names)} was begun and not ended, and nobody is at work on it; no query sees those rows`,
        nextStep:
          'The next run ends it, once no older transaction uses the table: `partman maintain`. Look for transactions that stay open.',
      },
    ]
  })
}

/** A query takes a lock on a leaf, and on its primary key at least. */
const LOCKS_PER_LEAF = 2

export function findLockBudget({ tables, findings, lockCapacity }: AlertFacts, { lockShare }: ResolvedRules): Ruling<Found> {
  if (findings === null) return 'unknown'
  return tables.flatMap(({ model, table, leaves }) => {
    const locks = leaves * LOCKS_PER_LEAF
    const share = locks / lockCapacity
    const tooMany = findings.find((one) => one.model === model && one.code === 'TOO_MANY_LEAVES')
    if (share <= lockShare) return tooMany ? [{ model, severity: 'warning', message: tooMany.message, nextStep: tooMany.nextStep }] : []
    const figures = `${formatCount(locks, 'lock')} of the ${formatCount(lockCapacity, 'lock')} that the server has room for (${Math.round(share * 1_000) / 10} %)`
    return [
      {
        model,
        severity: share >= 1 ? 'error' : 'warning',
        message: `A query on ${formatTableName(table)} that binds no key takes at least ${figures}: ${formatCount(leaves, 'partition')} hold rows`,
        nextStep: tooMany?.nextStep ?? 'Raise max_locks_per_transaction, or declare fewer partitions: docs/limits.md says how.',
      },
    ]
  })
}

/** What has rules of its own. */
const OWN_RULES: readonly Finding['code'][] = ['TABLE_MISSING', 'TABLE_NOT_PARTITIONED', 'TOO_MANY_LEAVES', 'DEFAULT_HOLDS_ROWS']
const SHOWN = 3

export function findFindings({ tables, findings }: AlertFacts, { findingSeverity }: ResolvedRules): Ruling<Found> {
  if (findings === null) return 'unknown'
  return tables.flatMap(({ model }) => {
    const own = findings.filter((one) => one.model === model && !OWN_RULES.includes(one.code) && isAtLeast(one.severity, findingSeverity))
    // Each code is an alert of its own: one that goes on for long does not keep another from being told of.
    return [...new Set(own.map(({ code }) => code))].map((code) => {
      const same = own.filter((one) => one.code === code)
      const worst = same.find(({ severity }) => severity === 'error') ?? same[0]!
      const shown = [worst, ...same.filter((one) => one !== worst)].slice(0, SHOWN).map(({ message }) => message)
      const rest = same.length > SHOWN ? [`and ${same.length - SHOWN} more`] : []
      return {
        model,
        topic: code,
        severity: worst.severity,
        message: `${[...shown, ...rest].join('; ')} (${code})`,
        nextStep: worst.nextStep,
      }
    })
  })
}

function isAtLeast(severity: Finding['severity'], least: 'error' | 'warning'): boolean {
  return severity === 'error' || severity === least
}
