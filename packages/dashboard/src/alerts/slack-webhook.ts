import { RULES_DOCS } from './alert-rule.js'
import type { AlertChannel, AlertNotification } from './channel.js'
import { shorten } from './format-alert.js'
import { parseAddress, parseHeaders, postJson } from './post-json.js'

/** Where Slack, or what takes the same, is to be told. */
export interface SlackWebhookOptions {
  /** Of an incoming webhook of Slack, or of what takes the same. A secret: it is in no log, no error and no answer of the API. */
  readonly url: string
  /** Default `slack`. */
  readonly name?: string
  /** In milliseconds, at most 30,000. Default 10,000. */
  readonly timeoutMs?: number
}

/**
 * A channel that posts what incoming webhooks of Slack take, and Mattermost and others with them. Whatever a table or a tenant is called mentions
 * nobody and is no link.
 *
 * @throws PartmanError `ALERTS_INVALID`
 */
export function slackWebhook({ url, name = 'slack', timeoutMs }: SlackWebhookOptions): AlertChannel {
  const address = parseAddress(url, name)
  const headers = parseHeaders({ 'content-type': 'application/json' }, name)
  return {
    name,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    send: (notification, signal) => postJson(address, JSON.stringify(formatSlackMessage(notification)), { headers, signal }),
  }
}

const MARKS = { error: ':red_circle:', warning: ':large_orange_circle:', info: ':large_blue_circle:' }
/** A text has at most 3,000 characters once it is escaped, which makes five of one. */
const MAX_TEXT = 550

function formatSlackMessage({ event, partitionSchema, rule, model, severity, message, nextStep }: AlertNotification): object {
  const subject = escapeSlack(model ?? partitionSchema)
  const [mark, word] = event === 'resolved' ? [':large_green_circle:', 'resolved'] : [MARKS[severity], event === 'test' ? 'test' : severity]
  const head = `${mark} *partman ${word}*: ${subject}, ${escapeSlack(rule)}`
  const body = escapeSlack(shorten(message, MAX_TEXT))
  const foot = event === 'raised' ? `Next: ${escapeSlack(shorten(nextStep, MAX_TEXT))} (${RULES_DOCS})` : undefined
  const texts = [head, body, ...(foot === undefined ? [] : [foot])]
  return {
    text: texts.join('\n'),
    blocks: texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
  }
}

/** Is not seen, and parts what would be read as one. */
const APART = '\u200b'

/**
 * Text that stays text. The three characters are how Slack writes mentions and links; `@` and the marks of links are what others read.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escapeSlack(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', `@${APART}`)
    .replaceAll('](', `]${APART}(`)
    .replaceAll('://', `:${APART}//`)
}
