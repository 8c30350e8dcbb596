import { styleText } from 'node:util'

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean
  /** Writes a line for people; nothing with `--json`. */
  print(line?: string): void
  /** Writes the result for programs; nothing without `--json`. `compact` keeps it on one line. */
  printJson(value: object, options?: { compact?: boolean }): void
  /** Writes a line to stderr. */
  warn(line: string): void
  /** Shows how far long work has come, on a terminal only; the next call overwrites it, none clears it. */
  progress(line?: string): void
  style(style: Style, text: string): string
}

export type Style = 'green' | 'red' | 'yellow' | 'dim' | 'bold'

/** The version of the shape of all JSON output. */
export const JSON_VERSION = 1

/** Output to the process's own streams. Colours only on a terminal, and never with `NO_COLOR`. */
export function createOutput({ json }: { json: boolean }): Output {
  const { stdout, stderr, env } = process
  const isColoured = Boolean(stdout.isTTY) && !json && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const showsProgress = Boolean(stderr.isTTY) && !json
  let isProgressShown = false
  const clear = () => {
    if (isProgressShown) stderr.write('\r\u001b[2K')
    isProgressShown = false
  }
  return {
    json,
    print(line = '') {
      if (json) return
      clear()
      stdout.write(`${line}\n`)
    },
    printJson(value, { compact = false } = {}) {
      if (json) stdout.write(`${JSON.stringify({ version: JSON_VERSION, ...value }, null, compact ? 0 : 2)}\n`)
    },
    warn(line) {
      clear()
      stderr.write(`${line}\n`)
    },
    progress(line) {
      clear()
      if (line === undefined || !showsProgress) return
      stderr.write(line)
      isProgressShown = true
    },
    style: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
  }
}
