import { createHmac } from 'node:crypto'
import { PartmanError } from '@partman/core'
import { RULES_DOCS } from './alert-rule.js'
import type { AlertChannel, AlertNotification } from './channel.js'
import { parseAddress, parseHeaders, postJson } from './post-json.js'

/** Where alerts are to be posted. */
export interface WebhookOptions {
  /** https or http. A secret: it is in no log, no error and no answer of the API. */
  readonly url: string
  /** Sent with each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** Signs each request: `x-partman-signature` is `sha256=` and the HMAC-SHA256 of the body by it, in hexadecimal digits. Not empty. Default: not signed. */
  readonly secret?: string
  /** Default `webhook`. */
  readonly name?: string
  /** In milliseconds, at most 30,000. Default 10,000. */
  readonly timeoutMs?: number
}

/** The version of the shape of what is sent. */
const WEBHOOK_VERSION = 1

/**
 * A channel that posts JSON, as docs/alerts.md has it. Redirects are not followed; whatever is not answered by a status of 2xx is tried again.
 *
 * @throws PartmanError `ALERTS_INVALID` for an address or a header that cannot be one, and an empty secret
 */
export function webhook({ url, headers = {}, secret, name = 'webhook', timeoutMs }: WebhookOptions): AlertChannel {
  const address = parseAddress(url, name)
  if (secret === '') {
    throw new PartmanError('ALERTS_INVALID', `The secret of the channel ${JSON.stringify(name)} is empty: anybody could sign by it`, {
      hint: 'See that what holds it is set, or leave it out where nothing is to be signed.',
    })
  }
  const own = parseHeaders(headers, name)
  own.set('content-type', 'application/json')
  return {
    name,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    send(notification, signal) {
      const body = formatWebhookBody(notification, new Date())
      const signed = new Headers(own)
      if (secret !== undefined) signed.set('x-partman-signature', `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
      return postJson(address, body, { headers: signed, signal })
    },
  }
}

function formatWebhookBody(
  { event, id, partitionSchema, rule, model, severity, message, nextStep, raisedAt, resolvedAt }: AlertNotification,
  sentAt: Date,
): string {
  return JSON.stringify({
    version: WEBHOOK_VERSION,
    event,
    id,
    partitionSchema,
    rule,
    model,
    severity,
    message,
    nextStep,
    docs: RULES_DOCS,
    raisedAt,
    resolvedAt,
    sentAt: sentAt.toISOString(),
  })
}
