import type { FindingCode } from '@partman/core'
import { formatPrintable } from './format-text.js'
import type { Output } from './output.js'

/** What all findings have that are shown. */
export interface ShownFinding {
  readonly code: FindingCode
  readonly severity: 'error' | 'warning' | 'info'
  /** Where it was declared or written; null where that is no place in a file. */
  readonly declaredAt: string | null
  readonly message: string
  readonly nextStep: string
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'dim' } as const

/** A finding on two lines: what is the matter and where, and what to do. */
export function formatFinding({ code, severity, declaredAt, message, nextStep }: ShownFinding, { style }: Pick<Output, 'style'>): string {
  const place = declaredAt === null ? '' : `${declaredAt} `
  return `${style(COLOURS[severity], severity)} ${place}${formatPrintable(message)} (${code})\n  ${formatPrintable(nextStep)}`
}

/** Whether something is to be done about it. */
export function isActionable({ severity }: { readonly severity: ShownFinding['severity'] }): boolean {
  return severity !== 'info'
}
