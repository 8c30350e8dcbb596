const NUMBER = new Intl.NumberFormat('en')
const DAY = new Intl.DateTimeFormat('en', { day: '2-digit', month: 'short', timeZone: 'UTC' })

export function formatNumber(value: number): string {
  return NUMBER.format(value)
}

/** `1 partition`, `2 partitions`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** The UTC date of an instant (milliseconds since 1970), such as `Nov 08`. */
export function formatDay(at: number): string {
  return DAY.format(at)
}

/** A table for people: the first column to the left, numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const isNumeric = header.map((_, column) => rows.every((row) => /^[\d,]*$/.test(row[column] ?? '')))
  return [header, ...rows].map((row) =>
    row
      .map((text, column) => (isNumeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
