import type { Access, AccessResolver } from './access.js'
import { findByHash, hashOf } from './bearer-tokens.js'

/** Who knows a password. */
export interface Account extends Access {
  readonly password: string
}

/** The fewest characters of a password. */
const MIN_PASSWORD = 12

/**
 * Knows people by name and password, which a browser asks for by itself (RFC 7617). For use behind TLS only, as they are sent with each request.
 *
 * @throws TypeError for a password of fewer than 12 characters, a name with a colon, or one that two have
 */
export function basicAuth(accounts: readonly Account[]): AccessResolver {
  const known = accounts.map(({ password, ...access }) => ({ hash: hashOf(`${access.user}:${password}`), access }))
  if (accounts.some(({ password }) => password.length < MIN_PASSWORD))
    throw new TypeError(`A password has at least ${MIN_PASSWORD} characters`)
  if (accounts.some(({ user }) => user.includes(':') || user === '')) throw new TypeError('A name has one character at least, and no colon')
  if (new Set(accounts.map(({ user }) => user)).size < accounts.length) throw new TypeError('Two have the same name')
  const resolve = ({ headers }: Request) => {
    const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    return encoded === undefined ? null : findByHash(known, hashOf(Buffer.from(encoded, 'base64').toString('utf8')))
  }
  return Object.assign(resolve, { challenge: 'Basic realm="partman", charset="UTF-8"' })
}
