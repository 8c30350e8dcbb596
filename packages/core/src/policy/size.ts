import { PartmanError } from '../error.js'

/** The units a size may be written in; each is 1024 of the one before it, as PostgreSQL has them. */
export const SIZE_UNITS = ['MB', 'GB', 'TB'] as const

const PATTERN = /^([1-9]\d{0,5}) (MB|GB|TB)$/

/**
 * Parses a size as people write it, `"50 GB"`, to bytes. Units as in PostgreSQL: 1 GB is 1024 MB.
 *
 * @throws PartmanError `SIZE_INVALID`
 */
export function parseSize(text: string): number {
  const match = PATTERN.exec(text)
  if (!match) {
    throw new PartmanError('SIZE_INVALID', `"${text}" is not a size`, {
      hint: `Write a whole number and a unit, such as "50 GB". Units: ${SIZE_UNITS.join(', ')}.`,
    })
  }
  return Number(match[1]) * 1024 ** (SIZE_UNITS.indexOf(match[2] as (typeof SIZE_UNITS)[number]) + 2)
}
