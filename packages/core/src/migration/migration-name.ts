import { PartmanError } from '../error.js'

const MAX_NAME_LENGTH = 200

/**
 * Turns what a person calls a migration into the ending of its folder's name, as Prisma does: lower case ASCII words joined by `_`.
 *
 * @throws PartmanError `MIGRATION_NAME_INVALID` when nothing is left of it
 */
export function resolveMigrationName(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/([\p{Lu}]+)(\p{Lu}\p{Ll}+)/gu, '$1 $2')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  if (words.length === 0) {
    throw new PartmanError('MIGRATION_NAME_INVALID', `"${name}" has no letter or digit that a folder name can be made of`, {
      hint: 'Pass a short name in ASCII letters, such as `--name init`.',
    })
  }
  return words.join('_').slice(0, MAX_NAME_LENGTH)
}

/** The 14 digits in front of a migration folder's name: UTC, to the second. */
export function formatMigrationTimestamp(instant: Date): string {
  return instant.toISOString().replace(/\D/g, '').slice(0, 14)
}

/**
 * The timestamp of a new folder that must sort behind `newest`: now, or the second after the newest one's when that is later
 * (clocks differ, and two folders may be made within one second).
 *
 * @throws PartmanError `MIGRATION_NAME_INVALID` when nothing that is a date sorts behind `newest`
 */
export function resolveMigrationTimestamp(newest: string | undefined, now: Date): string {
  const timestamp = formatMigrationTimestamp(now)
  if (newest === undefined || newest < timestamp) return timestamp
  const made = parseMigrationTimestamp(newest)
  const next = made && formatMigrationTimestamp(new Date(made.getTime() + 1000))
  if (next && next > newest) return next
  throw new PartmanError('MIGRATION_NAME_INVALID', `No timestamp sorts behind the migration folder "${newest}"`, {
    hint: 'Rename that folder so that it begins with the time it was made (YYYYMMDDHHMMSS); tell Prisma with `prisma migrate resolve`.',
  })
}

function parseMigrationTimestamp(name: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/.exec(name) ?? []
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}
