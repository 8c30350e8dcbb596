import { expect, test } from 'vitest'
import { isOwnHost } from './own-host.js'

test.each([
  ['127.0.0.1:4000', '127.0.0.1', true],
  ['localhost:4000', '127.0.0.1', true],
  ['LOCALHOST', '127.0.0.1', true],
  // Through a tunnel.
  ['127.0.0.1:9000', '127.0.0.1', true],
  ['[::1]:4000', '::1', true],
  ['192.0.2.7:4000', '192.0.2.7', true],
  ['192.0.2.7:4000', '0.0.0.0', true],
  ['[2001:db8::7]:4000', '::', true],
  ['db.internal:4000', 'DB.internal', true],
  ['192.0.2.8:4000', '192.0.2.7', false],
  ['evil.example:4000', '127.0.0.1', false],
  ['evil.example:4000', '0.0.0.0', false],
  ['127.0.0.1.evil.example', '127.0.0.1', false],
  ['localhost.evil.example', '127.0.0.1', false],
  ['evil.example:4000@127.0.0.1', '127.0.0.1', false],
  ['127.1:4000', '127.0.0.1', false],
  ['', '', false],
  [undefined, '127.0.0.1', false],
])('%s names the server on %s: %s', (host, bound, isOwn) => {
  expect(isOwnHost(host, bound)).toBe(isOwn)
})
