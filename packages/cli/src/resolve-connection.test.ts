import { expect, test } from 'vitest'
import { redactPasswords } from './redact-passwords.js'
import { resolveConnection } from './resolve-connection.js'

test.each([
  ['postgresql://u:p@h:5432/d', 'postgresql://u:p@h:5432/d', 'public'],
  ['postgres://u:p%40@h/d?schema=app', 'postgres://u:p%40@h/d', 'app'],
  [
    'postgresql://u:p@h/d?schema=public&connection_limit=5&pool_timeout=2&pgbouncer=true&connect_timeout=3&sslmode=require&application_name=x',
    'postgresql://u:p@h/d?sslmode=require&application_name=x',
    'public',
  ],
  ['postgresql://u@/d?host=/run/postgresql', 'postgresql://u@/d?host=%2Frun%2Fpostgresql', 'public'],
  ['postgresql://u@h/d?sslmode=require&sslaccept=accept_invalid_certs', 'postgresql://u@h/d?sslmode=no-verify', 'public'],
  ['postgresql://u@h/d?sslmode=verify-full&sslaccept=strict', 'postgresql://u@h/d?sslmode=verify-full', 'public'],
])('%s', (text, url, schema) => {
  expect(resolveConnection(text)).toEqual({ url, schema })
})

test.each([
  ['prisma+postgres://accelerate.prisma-data.net/?api_key=secret', 'prisma+postgres://accelerate.prisma-data.net/'],
  ['mysql://root:secret@h/d', 'mysql://root:***@h/d'],
  ['my database', 'it has no postgresql:// in front'],
  ['', 'it has no postgresql:// in front'],
])('%j is refused without its secrets', (text, shown) => {
  expect(() => resolveConnection(text)).toThrow(
    expect.objectContaining({ code: 'CONNECTION_INVALID', message: `Not a PostgreSQL connection url: ${shown}` }),
  )
})

test('a password is replaced in every spelling, also in a url that is not ours', () => {
  const url = 'postgresql://u:s%3Acret%21@h/d?password=other-one'
  expect(redactPasswords(`tried ${url}, s:cret!, s%3Acret%21 and other-one; postgres://x:abc@y`, [url])).toBe(
    'tried postgresql://u:***@h/d?password=***, ***, *** and ***; postgres://x:***@y',
  )
})
