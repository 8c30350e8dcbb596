import { z } from '@hono/zod-openapi'
import { PartmanError, parseDuration } from '@partman/core'
import { ALERT_RULES, type AlertRuleName, DEFAULT_RULES } from './alert-rule.js'

/** Which rules are on, and their thresholds. `false` switches a rule off; what is left out is as docs/alerts.md has it. */
export interface AlertRules {
  readonly 'table-missing'?: false
  readonly 'table-plain'?: false
  /** `days`: partitions end sooner than that; an error at a quarter of it. Default: half of `premake`. */
  readonly 'runway-short'?: false | { readonly days?: number }
  /** `after`: no run has ended for so long, such as `"1 hour"`. Default `"1 day"`. */
  readonly 'maintainer-unseen'?: false | { readonly after?: string }
  readonly 'run-failed'?: false
  /** `times`: so many runs were cut off within a day. Default 3. */
  readonly 'run-cut-off'?: false | { readonly times?: number }
  /** `rows`: DEFAULT partitions hold more, as estimated. Default: any row, where no DEFAULT partition is declared. */
  readonly 'default-rows'?: false | { readonly rows?: number }
  readonly 'detach-pending'?: false
  /** `share`: a query that binds no key takes more of the server's locks, from 0 to 1. Default 0.5. */
  readonly 'lock-budget'?: false | { readonly share?: number }
  /** `severity`: findings from this one on. Default `"error"`. */
  readonly finding?: false | { readonly severity?: 'error' | 'warning' }
  /** Steps of the last hour waited for longer, or were put off more often. Default 60 seconds, 100 retries. */
  readonly 'lock-waits'?: false | { readonly seconds?: number; readonly retries?: number }
  readonly 'bookkeeping-missing'?: false
  readonly 'database-unreachable'?: false
}

const duration = z.string().superRefine((text, context) => {
  try {
    parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
  }
})

const off = z.literal(false, { error: 'This rule has no settings: it can only be false' })
const settings = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.union([z.literal(false), z.strictObject(shape)], { error: `It is false, or an object with ${Object.keys(shape).join(', ')}` })

const rulesSchema = z.strictObject({
  'table-missing': off.optional(),
  'table-plain': off.optional(),
  'runway-short': settings({ days: z.number().positive().optional() }).optional(),
  'maintainer-unseen': settings({ after: duration.optional() }).optional(),
  'run-failed': off.optional(),
  'run-cut-off': settings({ times: z.int().positive().optional() }).optional(),
  'default-rows': settings({ rows: z.int().nonnegative().optional() }).optional(),
  'detach-pending': off.optional(),
  'lock-budget': settings({ share: z.number().positive().max(1).optional() }).optional(),
  finding: settings({ severity: z.enum(['error', 'warning']).optional() }).optional(),
  'lock-waits': settings({ seconds: z.number().positive().optional(), retries: z.int().positive().optional() }).optional(),
  'bookkeeping-missing': off.optional(),
  'database-unreachable': off.optional(),
})

/** The rules that are on, with all of their settings. */
export interface ResolvedRules {
  readonly names: readonly AlertRuleName[]
  readonly runwayDays: number | null
  readonly unseenAfter: string
  readonly cutOffTimes: number
  readonly defaultRows: number | null
  readonly lockShare: number
  readonly findingSeverity: 'error' | 'warning'
  readonly waitSeconds: number
  readonly waitRetries: number
}

/** @throws PartmanError `ALERTS_INVALID` for a rule that is none, or settings that it does not have */
export function resolveRules(rules: AlertRules = {}): ResolvedRules {
  const parsed = rulesSchema.safeParse(rules)
  if (!parsed.success) {
    throw new PartmanError('ALERTS_INVALID', `The rules of the alerts are not valid:\n${z.prettifyError(parsed.error)}`, {
      hint: `Rules: ${ALERT_RULES.join(', ')}. docs/alerts.md has their settings.`,
    })
  }
  const given = parsed.data
  return {
    names: ALERT_RULES.filter((name) => given[name] !== false),
    runwayDays: ifOn(given['runway-short'])?.days ?? DEFAULT_RULES['runway-short'].days,
    unseenAfter: ifOn(given['maintainer-unseen'])?.after ?? DEFAULT_RULES['maintainer-unseen'].after,
    cutOffTimes: ifOn(given['run-cut-off'])?.times ?? DEFAULT_RULES['run-cut-off'].times,
    defaultRows: ifOn(given['default-rows'])?.rows ?? DEFAULT_RULES['default-rows'].rows,
    lockShare: ifOn(given['lock-budget'])?.share ?? DEFAULT_RULES['lock-budget'].share,
    findingSeverity: ifOn(given.finding)?.severity ?? DEFAULT_RULES.finding.severity,
    waitSeconds: ifOn(given['lock-waits'])?.seconds ?? DEFAULT_RULES['lock-waits'].seconds,
    waitRetries: ifOn(given['lock-waits'])?.retries ?? DEFAULT_RULES['lock-waits'].retries,
  }
}

function ifOn<Settings extends object>(settings: false | Settings | undefined): Settings | undefined {
  return settings === false ? undefined : settings
}
