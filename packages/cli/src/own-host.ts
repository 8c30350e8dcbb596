import { isIP } from 'node:net'

const WILDCARDS = ['0.0.0.0', '::']

/**
 * Whether a header `Host` names the server that listens on an address. A page of another site that has its own name resolve to this machine is of
 * the same origin as what it asks for, and sends that name: only names that nobody else can have are taken, whatever the port, which a
 * tunnel may change.
 */
export function isOwnHost(host: string | undefined, bound: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d+)?$/.exec(host ?? '') ?? []
  const name = (bracketed ?? plain ?? '').toLowerCase()
  if (name === 'localhost' || name === bound.toLowerCase()) return name !== ''
  return isIP(name) !== 0 && (name === '::1' || /^127\./.test(name) || WILDCARDS.includes(bound))
}
