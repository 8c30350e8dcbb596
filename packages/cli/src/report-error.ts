import { PartmanError } from '@partman/core'
import { EXIT_CODE, type ExitCode, resolveExitCode } from './exit-code.js'
import { formatPrintableLines } from './format-text.js'
import type { Output } from './output.js'
import { redactPasswords } from './redact-passwords.js'

/** Writes an error where and how `--json` asks for it, and returns the exit code. The one place that does. */
export function reportError(
  error: unknown,
  output: Output,
  { debug, urls, compact = false }: { debug: boolean; urls: readonly string[]; compact?: boolean },
): ExitCode {
  const redact = (text: string) => redactPasswords(text, urls)
  const { code, message, hint, details } = describeError(error)
  output.progress()
  const shown = { code, message: redact(message), hint, ...details }
  output.printJson({ error: shown }, { compact })
  const shownAs = (text: string) => formatPrintableLines(redact(text))
  if (!output.json) {
    output.warn(
      shownAs(error instanceof PartmanError ? `error: ${message}` : `error: ${message}${code === 'UNEXPECTED' ? '' : ` (${code})`}`),
    )
    if (hint !== null) output.warn(formatPrintableLines(hint))
  }
  if (debug) output.warn(shownAs(formatStack(error)))
  return error instanceof PartmanError ? resolveExitCode(error.code) : EXIT_CODE.failed
}

/** An error as `--json` shows it; passwords are still in it. */
export function describeError(error: unknown): { code: string; message: string; hint: string | null; details: object } {
  if (error instanceof PartmanError) {
    const details = 'details' in error && typeof error.details === 'object' && error.details !== null ? error.details : {}
    return { code: error.code, message: error.message, hint: error.hint ?? null, details }
  }
  // A connection that fails on every address of a host has its messages inside.
  const single = error instanceof AggregateError && error.message === '' ? error.errors[0] : error
  const code = single instanceof Error && 'code' in single && typeof single.code === 'string' ? single.code : 'UNEXPECTED'
  return { code, message: single instanceof Error ? single.message : String(single), hint: null, details: {} }
}

function formatStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${formatStack(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
