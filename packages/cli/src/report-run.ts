import type { Logger, MaintenanceReport } from '@partman/core'
import { EXIT_CODE, type ExitCode } from './exit-code.js'
import { formatFinding, isActionable } from './format-finding.js'
import { formatReportLines } from './format-report.js'
import { formatCount } from './format-text.js'
import type { Output } from './output.js'

/** Prints what a run did, for people. */
export function printReport(report: MaintenanceReport, output: Output): void {
  for (const line of formatReportLines(report, output)) output.print(line)
  if (!('findings' in report)) return
  for (const finding of report.findings.filter(isActionable)) output.print(formatFinding(finding, output))
}

/** The exit code that a run ends a command with. */
export function exitCodeOf({ outcome }: MaintenanceReport): ExitCode {
  if (outcome === 'failed') return EXIT_CODE.failed
  return outcome === 'lease-held' ? EXIT_CODE.leaseHeld : EXIT_CODE.done
}

/** Shows on a terminal how many steps of a run are done. */
export function progressLogger(output: Output): Logger {
  let steps = 0
  return {
    info(_fields, message) {
      if (message === 'step done') output.progress(`${formatCount(++steps, 'step')} done`)
    },
    warn: () => output.progress(`${formatCount(steps, 'step')} done, waiting for a lock`),
    error() {},
  }
}
