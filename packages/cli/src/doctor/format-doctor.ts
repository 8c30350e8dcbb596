import type { CheckFinding } from '@partman/core'
import { formatCount, formatPrintable } from '../format-text.js'
import type { Output } from '../output.js'

const SEVERITIES = [
  ['error', 'red'],
  ['warning', 'yellow'],
  ['info', 'dim'],
] as const

/** A partition of its own each may have one; all of them are in the JSON. */
const MAX_STATEMENTS = 5

export type LinkedFinding = Omit<CheckFinding, 'page'> & { readonly link: string }

/** All findings for people, the worst first, then how many there are. */
export function formatFindings(findings: readonly LinkedFinding[], checks: number, { style }: Pick<Output, 'style'>): string[] {
  const lines = SEVERITIES.flatMap(([severity, colour]) =>
    findings
      .filter((finding) => finding.severity === severity)
      .flatMap((finding) => [
        `${style(colour, severity)} ${style('bold', finding.code)}${finding.declaredAt === null ? '' : ` ${formatPrintable(finding.declaredAt)}`}`,
        ...formatFinding(finding, style),
        '',
      ]),
  )
  const counts = SEVERITIES.map(([severity]) => [findings.filter((finding) => finding.severity === severity).length, severity] as const)
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, severity]) => (severity === 'info' ? `${count} info` : formatCount(count, severity)))
  return [...lines, told.length === 0 ? `Nothing found by ${formatCount(checks, 'check')}.` : `${told.join(', ')}.`]
}

function formatFinding({ message, reason, nextStep, statements, choices, link }: LinkedFinding, style: Output['style']): string[] {
  const more = statements.length - MAX_STATEMENTS
  // Behind comment marks: a block that is pasted runs none of them.
  const shown = choices.flatMap(({ label, sql }) => [`-- ${label}:`, `--   ${sql}`])
  return [
    ...[message, reason, nextStep].map((text) => `  ${formatPrintable(text)}`),
    ...statements.slice(0, MAX_STATEMENTS).map((statement) => `    ${formatPrintable(statement)}`),
    ...(more > 0 ? [`    ... and ${more} more: see --json`] : []),
    ...shown.map((line) => `    ${formatPrintable(line)}`),
    `  ${style('dim', link)}`,
  ]
}
