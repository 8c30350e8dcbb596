import { PartmanError } from '@partman/core'
import { DeliveryError } from './channel.js'

/** Posts to an address, which is a secret: what goes wrong is told without it, and without what was answered. */
export async function postJson(url: URL, body: string, { headers, signal }: { headers: Headers; signal: AbortSignal }): Promise<void> {
  const response = await globalThis.fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' }).catch((error: unknown) => {
    throw new DeliveryError(signal.aborted ? 'no answer in time' : `no connection${describeCause(error)}`)
  })
  await response.body?.cancel().catch(() => undefined)
  if (response.ok) return
  const isRedirect = response.status >= 300 && response.status < 400
  throw new DeliveryError(`answered ${response.status}${isRedirect ? ', a redirect, which is not followed' : ''}`)
}

/** Messages have the host in them, codes do not. */
function describeCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{1,50}$/.test(code) ? ` (${code})` : ''
}

/** @throws PartmanError `ALERTS_INVALID` for what is no address, without saying what it is instead */
export function parseAddress(text: string, channel: string): URL {
  const hint = 'Write all of it, such as https://hooks.example.com/alerts.'
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new PartmanError('ALERTS_INVALID', `The url of the channel ${JSON.stringify(channel)} is none`, { hint })
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new PartmanError('ALERTS_INVALID', `The url of the channel ${JSON.stringify(channel)} is neither https nor http`, { hint })
  }
  if (url.username === '' && url.password === '') return url
  throw new PartmanError('ALERTS_INVALID', `The url of the channel ${JSON.stringify(channel)} has a user or a password in it`, {
    hint: 'Send them as a header: `authorization`.',
  })
}

/** @throws PartmanError `ALERTS_INVALID` for headers that cannot be sent, without saying what they are */
export function parseHeaders(headers: Readonly<Record<string, string>>, channel: string): Headers {
  try {
    return new Headers({ ...headers })
  } catch {
    throw new PartmanError('ALERTS_INVALID', `The headers of the channel ${JSON.stringify(channel)} cannot be sent`, {
      hint: 'Names are tokens of HTTP, values are Latin-1 without line breaks.',
    })
  }
}
