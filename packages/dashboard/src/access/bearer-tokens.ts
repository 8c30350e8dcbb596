import { createHash, timingSafeEqual } from 'node:crypto'
import type { Access, AccessResolver } from './access.js'

/** Who bears a token. */
export interface TokenBearer extends Access {
  readonly token: string
}

/** The fewest characters of a token: fewer can be tried out. */
const MIN_TOKEN = 16

/**
 * Knows people and programs by the token in `Authorization: Bearer`. How long a comparison takes tells nothing of a token.
 *
 * @throws TypeError for a token of fewer than 16 characters, or one that two bear
 */
export function bearerTokens(bearers: readonly TokenBearer[]): AccessResolver {
  const known = bearers.map(({ token, ...access }) => ({ hash: hashOf(token), access }))
  if (bearers.some(({ token }) => token.length < MIN_TOKEN)) throw new TypeError(`A token has at least ${MIN_TOKEN} characters`)
  if (new Set(bearers.map(({ token }) => token)).size < bearers.length) throw new TypeError('Two bear the same token')
  const resolve = ({ headers }: Request) => {
    const token = /^Bearer +([^\s]+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    return token === undefined ? null : findByHash(known, hashOf(token))
  }
  return Object.assign(resolve, { challenge: 'Bearer realm="partman"' })
}

/** Looks at all of them, whichever it is. */
export function findByHash(known: readonly { readonly hash: Buffer; readonly access: Access }[], hash: Buffer): Access | null {
  let found: Access | null = null
  for (const one of known) if (timingSafeEqual(one.hash, hash)) found = one.access
  return found
}

/** Hashes are all of one length, as a comparison in constant time needs it. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
