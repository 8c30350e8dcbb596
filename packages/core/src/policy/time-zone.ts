/**
 * Whether a text names an IANA time zone. Newer runtimes take an offset for one; it knows no daylight saving, and PostgreSQL reads
 * its sign the other way round.
 */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}
