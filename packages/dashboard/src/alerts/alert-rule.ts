import { type Finding, type Sql, sql } from '@partman/core'

export type Severity = Finding['severity']

/** What may be alerted of, and how it is set where the application says nothing else. docs/alerts.md explains each; a test compares the lists. */
export const DEFAULT_RULES = {
  'table-missing': {},
  'table-plain': {},
  'runway-short': { days: null },
  'maintainer-unseen': { after: '1 day' },
  'run-failed': {},
  'run-cut-off': { times: 3 },
  'default-rows': { rows: null },
  'detach-pending': {},
  'lock-budget': { share: 0.5 },
  finding: { severity: 'error' },
  'lock-waits': { seconds: 60, retries: 100 },
  'bookkeeping-missing': {},
  'database-unreachable': {},
} as const

/** Where the documentation explains the rules. */
export const RULES_DOCS = 'docs/alerts.md#what-is-alerted-of'

export type AlertRuleName = keyof typeof DEFAULT_RULES

export const ALERT_RULES = Object.keys(DEFAULT_RULES) as readonly AlertRuleName[]

/** Something that somebody should be told of. */
export interface FoundAlert {
  readonly rule: AlertRuleName
  /** null: of no table, or of several. */
  readonly model: string | null
  /** What of it, where one model may have several of a rule; no white space. */
  readonly topic?: string
  readonly severity: Severity
  readonly message: string
  readonly nextStep: string
}

/** Tells the alerts of a rule apart, as the bookkeeping keeps it: empty, a model, or a model and what of it. */
export function formatSubject({ model, topic }: Pick<FoundAlert, 'model' | 'topic'>): string {
  return [model ?? '', ...(topic === undefined ? [] : [topic])].join(' ')
}

/** The model of the subject of an alert `a`, or empty: no name of a model has a space in it. */
export const MODEL_OF_A: Sql = sql`pg_catalog.split_part(a.subject, ' ', 1)`

/** What a rule has to say. `unknown`: it cannot tell at this moment, so nothing is raised, and nothing is over. */
export type Ruling<Found> = readonly Found[] | 'unknown'
