import { type Database, type Logger, type PartmanDocument, PartmanError, parseDocument } from '@partman/core'
import { limitReads } from '../queries/limit-reads.js'
import { withBookkeeping } from '../queries/with-bookkeeping.js'
import type { AlertChannel, AlertNotification } from './channel.js'
import { checkLoop } from './check-loop.js'
import { type AlertDelivery, deliverAlerts, deliverFromMemory } from './deliver-alerts.js'
import { describeFailure } from './describe-failure.js'
import { evaluateRules } from './evaluate-rules.js'
import { MemoryAlerts } from './memory-alerts.js'
import { type ActiveAlert, observeActiveAlerts } from './observe-active.js'
import { observeFacts } from './observe-facts.js'
import { parseAlertsOptions } from './parse-alerts-options.js'
import { recordAlerts } from './record-alerts.js'
import type { AlertRules } from './resolve-rules.js'
import { sendNotification } from './send-notification.js'
import { testNotification } from './test-notification.js'

/** What is to be watched, and who is to be told. */
export interface AlertsOptions {
  /** The desired state, as the generator emits it. */
  readonly document: PartmanDocument
  readonly database: Database
  /** Who is told. */
  readonly channels: readonly AlertChannel[]
  /** Which rules are on, and their thresholds. Default: all of them, as docs/alerts.md has it. */
  readonly rules?: AlertRules
  /** Default: silent. */
  readonly logger?: Logger
  /** Time from the end of one check to the begin of the next, in milliseconds, drawn between 90 % and 110 %. Default 60,000. */
  readonly everyMs?: number
  /** An alert is resolved once it was not seen for so long, in milliseconds: one that comes and goes is sent once. Default 300,000. */
  readonly resolveAfterMs?: number
  /**
   * How long a statement of a check may take, in milliseconds: a server that is frozen, or a lock that nobody lets go of, is told of, too. Default 30,000.
   */
  readonly statementTimeoutMs?: number
}

/** What a check came to. */
export interface AlertsReport {
  /** `standby`: the database follows another one, so nothing was looked for and nobody was told. `failed`: it could not be read, or not all of it, or lets nobody write. */
  readonly outcome: 'done' | 'standby' | 'failed'
  /** All that are not resolved. */
  readonly active: readonly ActiveAlert[]
  /** Whom this check has told, or tried to. */
  readonly deliveries: readonly AlertDelivery[]
}

/** What became of a test message. */
export interface ChannelTest {
  readonly channel: string
  readonly outcome: 'delivered' | 'failed'
  readonly error: string | null
}

/** Tells somebody when tables need them. Any number of processes may: each alert is sent once for each channel. */
export interface Alerts {
  /** The names of the channels. */
  readonly channels: readonly string[]
  /** Looks once, and tells whoever is to be told. One check at a time: whoever asks meanwhile gets the report of the one under way. Does not throw. */
  check(): Promise<AlertsReport>
  /** Sends a test message through the channels of these names. Default: all. */
  test(names?: readonly string[]): Promise<ChannelTest[]>
  /** Checks now and then every `everyMs`, until `stop`. Safe to call twice. */
  start(): void
  /** Waits for the check under way. Safe to call twice, and before `start`. */
  stop(): Promise<void>
}

/** What looking came to. */
interface Looked {
  readonly outcome: AlertsReport['outcome']
  readonly failures: readonly unknown[]
}

const STATEMENTS_AT_ONCE = 2

/**
 * Makes the alerts of a document.
 *
 * @throws PartmanError `ALERTS_INVALID`, `DOCUMENT_INVALID`
 */
export function createAlerts(options: AlertsOptions): Alerts {
  const { channels, rules, logger, everyMs, resolveAfterMs, statementTimeoutMs: timeoutMs } = parseAlertsOptions(options)
  const onTrouble = (err: unknown) => logger.warn({ err }, 'statement not cancelled')
  // What is written is bounded as well. Whatever hangs keeps its turn, so that no more than these hang at a time.
  const database = limitReads(options.database, { atOnce: STATEMENTS_AT_ONCE, timeoutMs, onTrouble })
  const document = parseDocument(options.document)
  const { partitionSchema } = document
  const names = channels.map(({ name }) => name)
  const memory = new MemoryAlerts(partitionSchema, resolveAfterMs)
  let running: Promise<AlertsReport> | undefined

  async function look(): Promise<Looked> {
    const observed = await observeFacts(database, document)
    if (observed.kind === 'bookkeeping-missing')
      throw new PartmanError('BOOKKEEPING_MISSING', 'The database has no partman bookkeeping yet')
    if (observed.kind === 'standby') return { outcome: 'standby', failures: [] }
    const evaluated = evaluateRules(observed.facts, rules)
    await withBookkeeping(() => recordAlerts(database, partitionSchema, { ...evaluated, rules: rules.names, resolveAfterMs }))
    return { outcome: observed.failures.length > 0 ? 'failed' : 'done', failures: observed.failures }
  }

  function fail(error: unknown): void {
    logger.error({ err: error }, 'the database cannot be checked')
    const found = describeFailure(error)
    if (rules.names.includes(found.rule)) memory.see(found, Date.now())
  }

  /** What was recorded by others, or by earlier checks, is to be delivered as well where this one fails. */
  async function tell({ outcome }: Looked): Promise<AlertsReport> {
    const deliveries = outcome === 'standby' ? [] : await deliverAlerts({ channels, logger, database, partitionSchema })
    return { outcome, active: await observeActiveAlerts(database, partitionSchema), deliveries }
  }

  async function lookAround(): Promise<AlertsReport> {
    const looked = await look().catch((error: unknown): Looked => ({ outcome: 'failed', failures: [error] }))
    for (const error of looked.failures) fail(error)
    memory.resolve(Date.now(), names)
    const isFailed = looked.outcome === 'failed'
    const tellOfMemory = () => deliverFromMemory({ channels, logger, memory })
    const told = tell(looked).catch((error: unknown): AlertsReport => {
      // Of one that fails already somebody is told.
      if (isFailed) logger.warn({ err: error }, 'nothing is known of the alerts of the database')
      else fail(error)
      return { outcome: 'failed', active: [], deliveries: [] }
    })
    // Where the database does not answer, nobody waits for it once more.
    const [report, early] = await Promise.all([told, isFailed ? tellOfMemory() : []])
    const late = isFailed || report.outcome === 'standby' ? [] : await tellOfMemory()
    return {
      ...report,
      active: [...report.active, ...memory.active.map(describeActive)],
      deliveries: [...report.deliveries, ...early, ...late],
    }
  }

  function check(): Promise<AlertsReport> {
    running ??= lookAround().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    channels: names,
    check,
    test: (wanted = names) =>
      Promise.all(
        channels
          .filter(({ name }) => wanted.includes(name))
          .map(async (channel) => {
            const error = await sendNotification(channel, testNotification(partitionSchema), logger)
            return { channel: channel.name, outcome: error === null ? 'delivered' : 'failed', error }
          }),
      ),
    ...checkLoop(check, { everyMs, logger }),
  }
}

function describeActive({ id, rule, model, severity, message, nextStep, raisedAt }: AlertNotification): ActiveAlert {
  return { id, rule, model, severity, message, nextStep, raisedAt }
}
