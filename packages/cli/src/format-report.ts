import { formatBound, formatReport, formatTableName, type MaintenanceReport, type StepReport } from '@partman/core'
import { formatPrintable } from './format-text.js'
import type { Output } from './output.js'

const SIGNS: Readonly<Record<StepReport['kind'], string>> = {
  'create-partition': '+',
  'detach-partition': '- retired',
  'finalize-detach': '- retired',
  'clear-marker': '~ unmarked',
  'drop-check': '~ CHECK taken off',
  'drop-partition': '- dropped',
  'move-partition': '> moved',
  'create-index': '+ index on',
  'attach-index': '+ index attached on',
}

/** A maintenance run in lines: each step that was taken or tried, and what it came to. */
export function formatReportLines(report: MaintenanceReport, { style }: Pick<Output, 'style'>): string[] {
  if (report.outcome === 'lease-held' || report.outcome === 'standby') return [`Nothing done: ${formatReport(report)}.`]
  const lines = report.steps.map((step) => {
    const what = `${SIGNS[step.kind]} ${formatPrintable(`${formatTableName(step.partition)}  ${formatBound(step.bound)}`)}`
    if (step.outcome === 'skipped') return style('dim', `  ${what}  skipped: ${formatPrintable(step.error ?? '')}`)
    if (step.outcome === 'failed') return style('red', `  ${what}  failed: ${formatPrintable(step.error ?? '')}`)
    return `  ${what}`
  })
  const count = (outcome: StepReport['outcome']) => report.steps.filter((step) => step.outcome === outcome).length
  const [failed, skipped] = [count('failed'), count('skipped')]
  const rest = `${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return [...lines, report.steps.length === 0 ? 'Nothing to do.' : `${count('done')} done${rest}.`]
}
