const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** As PostgreSQL's own `pg_size_pretty` counts them, by 1024. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${UNITS[unit]}`
}
