import { PartmanError } from '@partman/core'
import { redactPasswords } from './redact-passwords.js'

/** A connection that `pg` understands, and what Prisma's url says beyond it. */
export interface Connection {
  /** Without the parameters that only Prisma knows. */
  readonly url: string
  /** The schema that unqualified names in migrations mean, and that `_prisma_migrations` is in. */
  readonly schema: string
}

// https://www.prisma.io/docs/orm/overview/databases/postgresql#arguments
const PRISMA_PARAMETERS = [
  'connect_timeout',
  'connection_limit',
  'pgbouncer',
  'pool_timeout',
  'schema',
  'socket_timeout',
  'sslaccept',
  'sslidentity',
  'sslpassword',
  'statement_cache_size',
]

/**
 * Resolves a connection url as it stands in Prisma's configuration or on the command line.
 *
 * @throws PartmanError `CONNECTION_INVALID` for anything but a PostgreSQL url
 */
export function resolveConnection(text: string): Connection {
  if (!/^postgres(ql)?:\/\//.test(text)) throw invalid(text)
  // Not by URL: it refuses `postgresql://user@/database?host=/run/postgresql`, and would write a password in another way.
  const queryStart = text.indexOf('?')
  const address = queryStart < 0 ? text : text.slice(0, queryStart)
  const parameters = new URLSearchParams(queryStart < 0 ? '' : text.slice(queryStart + 1))
  const schema = parameters.get('schema') || 'public'
  // What Prisma calls accepting any certificate is a mode of its own in pg.
  if (parameters.get('sslaccept') === 'accept_invalid_certs' && parameters.has('sslmode')) parameters.set('sslmode', 'no-verify')
  for (const name of PRISMA_PARAMETERS) parameters.delete(name)
  const query = parameters.toString()
  return { url: query === '' ? address : `${address}?${query}`, schema }
}

function invalid(text: string): PartmanError {
  const [scheme] = /^[a-z][a-z0-9+.-]*:/i.exec(text) ?? []
  const hint = scheme?.startsWith('prisma')
    ? 'This is the address of a Prisma service. Pass the address of PostgreSQL itself with `--url` or PARTMAN_DATABASE_URL.'
    : 'Write it as postgresql://user:password@host:5432/database, with special characters in the password percent-encoded.'
  return new PartmanError(
    'CONNECTION_INVALID',
    `Not a PostgreSQL connection url: ${scheme ? redactUrl(text) : 'it has no postgresql:// in front'}`,
    {
      hint,
    },
  )
}

function redactUrl(text: string): string {
  return redactPasswords(text, [text]).replace(/\?.*$/s, '')
}
