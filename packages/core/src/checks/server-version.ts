import type { CheckResult } from './check.js'
import type { ServerCheck } from './server-facts.js'

/** The first major whose concurrent detach the maintainer needs, and the last one that its tests run on. */
const [OLDEST_MAJOR, NEWEST_MAJOR] = [14, 18]

/** The last day of each major: https://www.postgresql.org/support/versioning/ */
const END_OF_LIFE: Readonly<Record<number, string>> = {
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
}

/** The minor releases of 13 November 2025: whoever is behind them lacks a year of corrections, or more. */
const YEAR_OLD_MINOR: Readonly<Record<number, number>> = { 14: 20, 15: 15, 16: 11, 17: 7, 18: 1 }

export const serverVersionCheck: ServerCheck = {
  name: 'version of PostgreSQL',
  needs: ['server'],
  find({ server: { version, now } }): CheckResult[] {
    const [major, minor] = [Math.floor(version / 10_000), version % 10_000]
    if (major < OLDEST_MAJOR || major > NEWEST_MAJOR) {
      return [
        {
          code: 'SERVER_VERSION_UNSUPPORTED',
          severity: major < OLDEST_MAJOR ? 'error' : 'info',
          message: `The server is PostgreSQL ${major}.${minor}; partman supports ${OLDEST_MAJOR} to ${NEWEST_MAJOR}`,
          reason:
            major < OLDEST_MAJOR
              ? 'Partitions are retired by DETACH ... CONCURRENTLY, which this version does not have.'
              : 'Nobody has tested this release of partman on that version.',
          nextStep: major < OLDEST_MAJOR ? 'Move to a newer major version.' : 'Look for a newer release of partman.',
        },
      ]
    }
    const end = END_OF_LIFE[major]
    if (end !== undefined && now >= Date.parse(end)) {
      return [old(`The server is PostgreSQL ${major}.${minor}, which gets no corrections since ${end}`, 'Move to a newer major version.')]
    }
    if (minor < (YEAR_OLD_MINOR[major] ?? 0)) {
      return [
        old(
          `The server is PostgreSQL ${major}.${minor}; ${major}.${YEAR_OLD_MINOR[major]} came out in November 2025, and others since`,
          `Install the newest ${major}.x: a minor version needs a restart, and no dump.`,
        ),
      ]
    }
    return []
  },
}

function old(message: string, nextStep: string): CheckResult {
  return {
    code: 'SERVER_VERSION_OLD',
    severity: 'info',
    message,
    reason: 'Bugs that are known, some of them of partitions, stay in it.',
    nextStep,
  }
}
