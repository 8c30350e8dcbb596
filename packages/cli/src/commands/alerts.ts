import { once } from 'node:events'
import type { Logger } from '@partman/core'
import type { AlertChannel, AlertsReport, ChannelTest } from '@partman/dashboard'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatAlerts, formatChannelTests } from '../format-alerts.js'
import type { Output } from '../output.js'
import { parseTime } from '../parse-time.js'
import { redactPasswords } from '../redact-passwords.js'
import { describeError } from '../report-error.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface AlertsOptions {
  readonly webhook?: string
  readonly slack?: string
  readonly every?: string
  readonly test?: boolean
}

/** `partman alerts`. */
export function alertsCommand(bind: Bind): Command {
  return new Command('alerts')
    .description('look whether somebody is needed, tell them once, and show what is active')
    .option('--webhook <url>', 'post alerts there as JSON; otherwise PARTMAN_ALERT_WEBHOOK')
    .option('--slack <url>', 'post alerts to this incoming webhook of Slack; otherwise PARTMAN_ALERT_SLACK_WEBHOOK')
    .option('--every <time>', 'keep looking, this long apart (30s, 1m, 1h), until SIGINT or SIGTERM')
    .option('--test', 'only send a test message')
    .addHelpText(
      'after',
      '\nArguments can be read by every user of the machine, and such urls are secrets: the environment is the better place for them.\n' +
        'PARTMAN_ALERT_SECRET signs what is posted to the webhook: x-partman-signature, HMAC-SHA256 of the body.\n' +
        '\nExit codes: 0 nothing is active, 1 the check or a delivery failed, 2 alerts are active.',
    )
    .action(bind(runAlerts))
}

async function runAlerts(session: Session, options: AlertsOptions): Promise<ExitCode> {
  const everyMs = options.every === undefined ? undefined : parseTime(options.every, 'how often to check')
  const document = await session.document()
  // Not by the other commands, which need not wait for it to load.
  const { createAlerts, slackWebhook, webhook } = await import('@partman/dashboard')
  const url = options.webhook ?? (process.env['PARTMAN_ALERT_WEBHOOK'] || undefined)
  const slackUrl = options.slack ?? (process.env['PARTMAN_ALERT_SLACK_WEBHOOK'] || undefined)
  const secret = process.env['PARTMAN_ALERT_SECRET'] || undefined
  // Not the names that channels of an application have by default: whatever has a name is told once, wherever it sends to.
  const channels: AlertChannel[] = [
    ...(url === undefined ? [] : [webhook({ url, name: 'cli-webhook', ...(secret === undefined ? {} : { secret }) })]),
    ...(slackUrl === undefined ? [] : [slackWebhook({ url: slackUrl, name: 'cli-slack' })]),
  ]
  return withDatabase(session, async ({ database }) => {
    const make = (logger: Logger) => createAlerts({ document, database, channels, logger, ...(everyMs === undefined ? {} : { everyMs }) })
    if (options.test) return showTests(await make(errorLogger(session)).test(), session.output)
    if (everyMs !== undefined) return keepChecking(session, make)
    return showReport(await make(errorLogger(session)).check(), session.output)
  })
}

function showTests(tests: readonly ChannelTest[], output: Output): ExitCode {
  for (const line of formatChannelTests(tests, output)) output.print(line)
  output.printJson({ channels: tests })
  return tests.length > 0 && tests.every(({ outcome }) => outcome === 'delivered') ? EXIT_CODE.done : EXIT_CODE.failed
}

function showReport(report: AlertsReport, output: Output, options: { compact?: boolean } = {}): ExitCode {
  for (const line of formatAlerts(report, output)) output.print(line)
  output.printJson(report, options)
  if (report.outcome === 'failed' || report.deliveries.some(({ outcome }) => outcome === 'failed')) return EXIT_CODE.failed
  return report.active.length > 0 ? EXIT_CODE.different : EXIT_CODE.done
}

async function keepChecking(session: Session, make: (logger: Logger) => { start(): void; stop(): Promise<void> }): Promise<ExitCode> {
  const { output } = session
  const alerts = make({
    ...errorLogger(session),
    info(fields, message) {
      if (message !== 'check ended' || !('report' in fields)) return
      output.print(output.style('dim', new Date().toISOString()))
      showReport(fields.report as AlertsReport, output, { compact: true })
    },
  })
  const stop = new AbortController()
  const stopped = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).then(() => signal)))
  alerts.start()
  const signal = await stopped
  // A second signal ends the process at once, as if nothing were listening.
  stop.abort()
  output.warn(`${signal}: finishing the check under way`)
  await alerts.stop()
  return EXIT_CODE.done
}

/** Why the database cannot be read is in no report. */
function errorLogger({ output, errorOptions }: Session): Logger {
  return {
    info() {},
    warn() {},
    error(fields) {
      const { message } = describeError('err' in fields ? fields.err : fields)
      output.warn(redactPasswords(`error: ${message}`, errorOptions.urls))
    },
  }
}
