import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { PartmanError } from '@partman/core'
import { describe, expect, it } from 'vitest'
import { type AlertReceiver, alertReceiver, type Received, SECRET_PATH } from '../fixtures/alert-receiver.js'
import { type AlertChannel, type AlertNotification, callback } from './channel.js'
import { sendNotification } from './send-notification.js'
import { slackWebhook } from './slack-webhook.js'
import { webhook } from './webhook.js'

const RAISED: AlertNotification = {
  event: 'raised',
  id: '7',
  partitionSchema: 'partman_partitions',
  rule: 'runway-short',
  model: 'Event',
  severity: 'warning',
  message: 'The partitions of public.event end at 2026-04-03T00:00:00.000Z, in 2.5 days',
  nextStep: 'Run `partman maintain`.',
  raisedAt: '2026-03-31T12:00:00.000Z',
  resolvedAt: null,
}

/** All that was logged, however deep it is in what was logged. */
function logged() {
  const lines: string[] = []
  const log = (fields: object, message: string) => void lines.push(`${message} ${inspect(fields, { depth: 20, showHidden: true })}`)
  return { lines, logger: { info: log, warn: log, error: log } }
}
const send = (channel: AlertChannel, notification = RAISED) => sendNotification(channel, notification, logged().logger)

describe('a webhook', () => {
  it('is sent the alert as JSON, with the headers of its own', async () => {
    const receiver = await alertReceiver()
    expect(await send(webhook({ url: receiver.url, headers: { Authorization: 'Bearer x', 'Content-Type': 'text/plain' } }))).toBeNull()
    expect(receiver.received).toMatchObject([
      {
        headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
        body: { version: 1, ...RAISED, docs: 'docs/alerts.md#what-is-alerted-of', sentAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    ])
    expect(receiver.received[0]?.headers['x-partman-signature']).toBeUndefined()
  })

  it('whose secret is known is signed, byte by byte', async () => {
    const receiver = await alertReceiver()
    await send(webhook({ url: receiver.url, secret: 'a secret' }), { ...RAISED, message: 'Évents 事件 "x" \u2028' })
    const [{ text, headers }] = receiver.received as [Received]
    const signature = (secret: string, body: string) => `sha256=${createHmac('sha256', secret).update(body, 'utf8').digest('hex')}`
    expect(headers['x-partman-signature']).toBe(signature('a secret', text))
    expect(headers['x-partman-signature']).not.toBe(signature('another', text))
    expect(headers['x-partman-signature']).not.toBe(signature('a secret', `${text} `))
  })
})

describe('Slack', () => {
  const texts = async (notification: Partial<AlertNotification>) => {
    const receiver = await alertReceiver()
    expect(await send(slackWebhook({ url: receiver.url }), { ...RAISED, ...notification })).toBeNull()
    return receiver.received[0]?.body as {
      text: string
      blocks: { type: string; text: { type: string; text: string; verbatim: boolean } }[]
    }
  }

  it('is sent a text, and the same in blocks', async () => {
    const { text, blocks } = await texts({})
    expect(text).toBe(
      ':large_orange_circle: *partman warning*: Event, runway-short\nThe partitions of public.event end at 2026-04-03T00:00:00.000Z, in 2.5 days\nNext: Run `partman maintain`. (docs/alerts.md#what-is-alerted-of)',
    )
    expect(blocks.map((block) => block.text.text).join('\n')).toBe(text)
    expect(blocks.every(({ type, text }) => type === 'section' && text.type === 'mrkdwn' && text.verbatim)).toBe(true)
    expect((await texts({ event: 'resolved', resolvedAt: RAISED.raisedAt })).text).toContain('*partman resolved*: Event')
  })

  it.each([
    ['<!channel> <!here> <!everyone>', /<!/],
    ['<@U024BE7LH> <#C024BE7LR> <!subteam^SAZ94GDB8>', /<[@#!]/],
    ['<https://evil.example|partman>', /<http|https?:\/\//],
    ['[partman](https://evil.example) ![x](//evil.example/x.png)', /\]\(/],
    ['@channel @here @all @everyone', /@(channel|here|all|everyone)/],
    ['&lt;!channel&gt;', /(?<!&amp;lt;)!channel(?!&amp;gt;)|&lt;!/],
    ['a\n:red_circle: *partman error*: forged\r\u2028\u202eb', /[\r\u2028\u202e]|a\n/],
  ])('%j mentions nobody, is no link, and stays a text', async (hostile, forbidden) => {
    const { text, blocks } = await texts({ model: hostile, message: `${hostile} "${hostile}"`, nextStep: hostile })
    for (const one of [text, ...blocks.map((block) => block.text.text)]) expect(one).not.toMatch(forbidden)
    expect(text.split('\n')).toHaveLength(3)
  })

  it('what is too long for it is cut, and never within a character', async () => {
    const { blocks } = await texts({ message: '&😀'.repeat(2_000), nextStep: '<'.repeat(4_000) })
    for (const block of blocks) expect([block.text.text.length <= 3_000, block.text.text.isWellFormed()]).toEqual([true, true])
  })
})

describe('an address', () => {
  const closed = async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return `http://127.0.0.1:${port}/${SECRET_PATH}`
  }
  const answering = (status: number) => async () => {
    const receiver = await alertReceiver()
    receiver.answer = (response, { path }) => void response.writeHead(status, { location: path, 'x-echo': path }).end(`not here: ${path}`)
    return receiver.url
  }
  const breaking = async () => {
    const receiver: AlertReceiver = await alertReceiver()
    receiver.answer = (response) => void response.destroy()
    return receiver.url
  }

  it.each([
    ['that nobody listens at', closed, 'no connection (ECONNREFUSED)'],
    ['that answers 404', answering(404), 'answered 404'],
    ['that redirects', answering(307), 'answered 307, a redirect, which is not followed'],
    ['that breaks off', breaking, 'no connection (UND_ERR_SOCKET)'],
    ['of a host that is none', async () => `http://partman.invalid/${SECRET_PATH}`, /^no connection \(E[A-Z_]+\)$/],
    ['that only encryption is for', async () => (await alertReceiver()).url.replace('http:', 'https:'), /^no connection \([A-Z_0-9]+\)$/],
  ])('%s is told of without it', async (_, url, expected) => {
    const { lines, logger } = logged()
    for (const channel of [
      webhook({ url: await url(), secret: SECRET_PATH, headers: { authorization: SECRET_PATH } }),
      slackWebhook({ url: await url() }),
    ]) {
      const error = await sendNotification(channel, RAISED, logger)
      expect(error).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
      expect(`${error} ${lines.join()} ${inspect(channel, { depth: 20, showHidden: true })} ${JSON.stringify(channel)}`).not.toContain(
        'secret',
      )
    }
  })

  it.each([
    [`ftp://example.com/${SECRET_PATH}`],
    [SECRET_PATH],
    [`//example.com/${SECRET_PATH}`],
    [`https://user:${SECRET_PATH}@example.com/`],
    [`https://${SECRET_PATH}@example.com/`],
    [`javascript:${SECRET_PATH}`],
    [`http://[${SECRET_PATH}`],
    [''],
  ])('%s is refused, without saying what it is', (url) => {
    for (const make of [webhook, slackWebhook]) {
      const error = caught(() => make({ url }))
      expect([error.code, inspect(error).includes(SECRET_PATH)]).toEqual(['ALERTS_INVALID', false])
    }
  })

  it.each([[{ 'a b': 'x' }], [{ authorization: `${SECRET_PATH}\nx: y` }], [{ authorization: `${SECRET_PATH}事` }]])(
    'headers that cannot be sent are refused, without saying what they are',
    (headers) => {
      const error = caught(() => webhook({ url: 'https://example.com', headers }))
      expect([error.code, inspect(error).includes(SECRET_PATH)]).toEqual(['ALERTS_INVALID', false])
    },
  )
})

it('an empty secret is refused: anybody could sign by it', () => {
  const error = caught(() => webhook({ url: 'https://example.com', secret: '', name: 'hook' }))
  expect([error.code, error.message]).toEqual(['ALERTS_INVALID', 'The secret of the channel "hook" is empty: anybody could sign by it'])
})

it('what a function throws is for the log alone', async () => {
  const { lines, logger } = logged()
  const channel = callback('pager', () => {
    throw new Error('the pager is at 10.0.0.7')
  })
  expect(await sendNotification(channel, RAISED, logger)).toBe('the channel threw an error, which is in the log of the process')
  expect(lines).toEqual([expect.stringContaining('10.0.0.7')])
})

it('a function gets the alert', async () => {
  const got: AlertNotification[] = []
  expect(await send(callback('pager', (notification) => void got.push(notification)))).toBeNull()
  expect(got).toEqual([RAISED])
})

function caught(run: () => unknown): PartmanError {
  try {
    run()
  } catch (error) {
    if (error instanceof PartmanError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
