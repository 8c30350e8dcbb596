import { createClient } from '../../src/client.js'
import { readToken } from './token.js'

/** Where the page is mounted: whatever is in front of the dashboard, the page's own address has it. */
const mount = new URL('.', document.baseURI).href

/** The client of the API, at the place that the page comes from. */
export const client = createClient(mount, {
  fetch: (request) => {
    const token = readToken()
    if (token !== null) request.headers.set('authorization', `Bearer ${token}`)
    return fetch(request)
  },
})

/** What every request that changes something bears: the API refuses what a page of another site could send. */
export const SENT_BY_PAGE = { 'x-partman-request': '1' } as const

/** A key that makes a repeated request the same one. `crypto.randomUUID` is for secure contexts alone, and the page may come by plain HTTP. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
