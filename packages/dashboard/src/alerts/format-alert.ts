/** A number of things, such as `1 row` or `6,400 locks`. */
export function formatCount(count: number, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`
}

/** An instant to the minute, such as `2026-03-31 12:00 UTC`. */
export function formatMinute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}

/** A length of time that people can read: in days, or in hours or minutes where it is short. */
export function formatDays(days: number): string {
  if (days >= 2) return formatCount(Math.round(days * 10) / 10, 'day')
  const hours = days * 24
  return hours >= 2 ? formatCount(Math.round(hours * 10) / 10, 'hour') : formatCount(Math.round(hours * 60), 'minute')
}

const SHOWN = 3

/** The first of some names, and how many more there are. */
export function formatList(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ')
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown
}

/** Text of so many characters at most, by whole ones: half of one is none that the database takes. */
export function shorten(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}
