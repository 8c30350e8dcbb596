import { type Logger, PartmanError, unfailing } from '@partman/core'
import type { AlertChannel } from './channel.js'
import type { AlertsOptions } from './create-alerts.js'
import { MAX_CHANNEL_TIMEOUT_MS } from './delivery-pause.js'
import { type ResolvedRules, resolveRules } from './resolve-rules.js'

const SILENT: Logger = { info() {}, warn() {}, error() {} }
const MAX_NAME = 100
/** setTimeout takes no more than 2^31 - 1 milliseconds. */
const MAX_EVERY_MS = 24 * 3_600_000

export interface ParsedOptions {
  readonly channels: readonly AlertChannel[]
  readonly rules: ResolvedRules
  readonly logger: Logger
  readonly everyMs: number
  readonly resolveAfterMs: number
  readonly statementTimeoutMs: number
}

/** @throws PartmanError `ALERTS_INVALID` */
export function parseAlertsOptions({
  channels,
  rules,
  logger = SILENT,
  everyMs = 60_000,
  resolveAfterMs = 300_000,
  statementTimeoutMs = 30_000,
}: Pick<AlertsOptions, 'channels' | 'rules' | 'logger' | 'everyMs' | 'resolveAfterMs' | 'statementTimeoutMs'>): ParsedOptions {
  const seen = new Set<string>()
  for (const { name, timeoutMs } of channels) {
    if (typeof name !== 'string' || name.length < 1 || name.length > MAX_NAME || /\p{Cc}/u.test(name)) {
      throw new PartmanError('ALERTS_INVALID', `A channel cannot be called ${JSON.stringify(name)}`, {
        hint: `Name it in 1 to ${MAX_NAME} characters.`,
      })
    }
    if (seen.has(name)) {
      throw new PartmanError('ALERTS_INVALID', `Two channels are called ${JSON.stringify(name)}`, {
        hint: 'Give each a `name` of its own: each is told once, by its name.',
      })
    }
    seen.add(name)
    if (timeoutMs !== undefined) assertBetween(`timeoutMs of the channel ${JSON.stringify(name)}`, timeoutMs, MAX_CHANNEL_TIMEOUT_MS)
  }
  assertBetween('everyMs', everyMs, MAX_EVERY_MS)
  assertBetween('resolveAfterMs', resolveAfterMs, MAX_EVERY_MS)
  assertBetween('statementTimeoutMs', statementTimeoutMs, MAX_EVERY_MS)
  return { channels, rules: resolveRules(rules), logger: unfailing(logger), everyMs, resolveAfterMs, statementTimeoutMs }
}

function assertBetween(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new PartmanError('ALERTS_INVALID', `${what} cannot be ${value}`, {
    hint: `Write a whole number of milliseconds from 1 to ${most}.`,
  })
}
