// Tenant keys and table names come from outside; a terminal must not obey what they hold.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text on one line, with whatever could steer a terminal written as an escape. */
export function formatPrintable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same for text of several lines. */
export function formatPrintableLines(text: string): string {
  return text.split('\n').map(formatPrintable).join('\n')
}

const segmenter = new Intl.Segmenter()

/** Rows as aligned columns, two spaces apart; the first row is the heading. Columns of numbers are aligned right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(formatPrintable))
  const columns = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  const isNumeric = widths.map((_, column) => isColumnOfNumbers(cells.slice(1).map((row) => row[column] ?? '')))
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, isNumeric[column] ?? false))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function isColumnOfNumbers(cells: readonly string[]): boolean {
  return cells.every((cell) => /^(\d*|-)$/.test(cell)) && cells.some((cell) => /\d/.test(cell))
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)))
  return right ? space + cell : cell + space
}

function widthOf(text: string): number {
  return [...segmenter.segment(text)].length
}

/** `1 partition`, `2 partitions`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `2026-11-22 10:00`, UTC, without a time at midnight. */
export function formatMinute(iso: string | null): string {
  return iso === null ? '-' : iso.slice(0, 16).replace('T', ' ').replace(' 00:00', '')
}
