import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { alertReceiver } from '../fixtures/alert-receiver.js'
import { DEFAULT_RULES } from './alert-rule.js'
import type { AlertNotification } from './channel.js'
import { webhook } from './webhook.js'

const PAGE = await readFile(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8')

it('the documentation has every rule, in order, with the defaults that it has', () => {
  const told = [...PAGE.matchAll(/^\| `([a-z-]+)` *\| [^|]+\| ([^|]+)\|/gm)].map(
    ([, rule = '', defaults = '']) => [rule, defaults.trim()] as const,
  )
  const expected = Object.entries(DEFAULT_RULES).map(([rule, settings]) => {
    const written = Object.entries(settings).map(([name, value]) =>
      value === null ? `\`${name}\`` : `\`${name}\`: ${typeof value === 'string' ? `\`${value}\`` : value}`,
    )
    return [rule, written.length === 0 ? 'on' : expect.stringMatching(new RegExp(`(^|; )${written.join(', ').replaceAll('.', '\\.')}$`))]
  })
  expect(told).toEqual(expected)
})

it('a webhook is sent what the documentation shows', async () => {
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(PAGE) ?? []
  const shown = JSON.parse(example) as AlertNotification & { sentAt: string }
  const receiver = await alertReceiver()
  await webhook({ url: receiver.url }).send(shown, new AbortController().signal)
  const [{ body, text } = { body: {}, text: '' }] = receiver.received
  expect({ ...body, sentAt: shown.sentAt }).toEqual(shown)
  expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(shown))
})
