import { once } from 'node:events'
import { createMaintainer, type Logger, type MaintainerOptions, type MaintenanceReport } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { hooksOption, loadHooks } from '../load-hooks.js'
import { parseTime } from '../parse-time.js'
import { reportError } from '../report-error.js'
import { exitCodeOf, printReport, progressLogger } from '../report-run.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

/** `partman maintain`. */
export function maintainCommand(bind: Bind): Command {
  return new Command('maintain')
    .description('make what is coming and retire what is old: once, or again and again')
    .option('--every <time>', 'keep running, this long apart (30s, 1m, 1h), until SIGINT or SIGTERM')
    .option('--budget <time>', 'begin no step of a run later than this (20s, 5m): the next run goes on')
    .addOption(hooksOption())
    .action(bind(runMaintain))
}

interface MaintainOptions {
  readonly every?: string
  readonly budget?: string
  readonly hooks?: string
}

async function runMaintain(session: Session, { every, budget, hooks: module }: MaintainOptions): Promise<ExitCode> {
  const limits = budget === undefined ? {} : { budgetMs: parseTime(budget, 'how long to run') }
  const everyMs = every === undefined ? undefined : parseTime(every, 'how often to run')
  const hooks = await loadHooks(session.folder, module)
  return everyMs === undefined ? runOnce(session, { ...limits, hooks }) : keepRunning(session, { ...limits, hooks, everyMs })
}

type Settings = Pick<MaintainerOptions, 'everyMs' | 'budgetMs' | 'hooks'>

async function runOnce(session: Session, settings: Settings): Promise<ExitCode> {
  const document = await session.document()
  const { output } = session
  const report = await withDatabase(session, ({ database }) =>
    createMaintainer({ document, database, ...settings, logger: progressLogger(output) }).runOnce(),
  )
  output.progress()
  printReport(report, output)
  output.printJson(report)
  return exitCodeOf(report)
}

async function keepRunning(session: Session, settings: Settings): Promise<ExitCode> {
  const document = await session.document()
  const { output } = session
  await withDatabase(session, async ({ database }) => {
    const maintainer = createMaintainer({ document, database, ...settings, logger: loopLogger(session) })
    const stop = new AbortController()
    const stopped = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).then(() => signal)))
    maintainer.start()
    const signal = await stopped
    // A second signal ends the process at once, as if nothing were listening.
    stop.abort()
    output.warn(`${signal}: finishing the step under way`)
    await maintainer.stop()
  })
  return EXIT_CODE.done
}

/** The loop has no caller to report to; it tells its logger. */
function loopLogger(session: Session): Logger {
  const { output } = session
  const progress = progressLogger(output)
  return {
    info(fields, message) {
      progress.info(fields, message)
      if (message !== 'run ended' || !('report' in fields)) return
      const report = fields.report as MaintenanceReport
      output.progress()
      output.printJson(report, { compact: true })
      output.print(output.style('dim', new Date().toISOString()))
      printReport(report, output)
    },
    warn: progress.warn,
    error(fields, message) {
      if (message === 'run failed' && 'err' in fields) reportError(fields.err, output, { ...session.errorOptions, compact: true })
    },
  }
}
