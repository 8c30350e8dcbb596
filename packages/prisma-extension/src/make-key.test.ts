import { expect, test } from 'vitest'
import { type ClientKeyDefault, makeKey } from './make-key.js'

const kinds: [ClientKeyDefault, RegExp][] = [
  [{ kind: 'cuid' }, /^c[0-9a-z]{24}$/],
  [{ kind: 'cuid2' }, /^[a-z][0-9a-z]{23}$/],
  [{ kind: 'uuid4' }, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  [{ kind: 'uuid7' }, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  [{ kind: 'ulid' }, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  [{ kind: 'nanoid', length: 21 }, /^[\w-]{21}$/],
  [{ kind: 'nanoid', length: 7 }, /^[\w-]{7}$/],
]

test.each(kinds)('keys of the kind %o have its form and differ', (made, form) => {
  const keys = Array.from({ length: 1000 }, () => makeKey(made))
  expect(keys.filter((key) => !form.test(key))).toEqual([])
  expect(new Set(keys).size).toBe(1000)
})

test('time-ordered keys begin with the millisecond they were made in', () => {
  const before = Date.now()
  const uuid = Number.parseInt(makeKey({ kind: 'uuid7' }).replaceAll('-', '').slice(0, 12), 16)
  const ulid = [...makeKey({ kind: 'ulid' }).slice(0, 10)].reduce(
    (value, letter) => value * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(letter),
    0,
  )
  const after = Date.now()
  expect([uuid, ulid].filter((made) => made < before || made > after)).toEqual([])
})
