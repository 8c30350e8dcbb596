import { expect, test } from 'vitest'
import { editDistance, suggestName } from './suggest-name.js'

test.each([
  ['', '', 0],
  ['by', 'by', 0],
  ['', 'abc', 3],
  ['intervall', 'interval', 1],
  ['premkae', 'premake', 1],
  ['kitten', 'sitting', 3],
])('"%s" is so far from "%s"', (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance])
})

test.each([
  ['createdat', 'createdAt'],
  ['retantion', 'retention'],
  ['tenat', 'tenant'],
  ['ky', 'key'],
  ['colour', undefined],
  ['x', undefined],
])('who writes "%s" means %s', (name, candidate) => {
  expect(suggestName(name, ['createdAt', 'retention', 'tenants', 'tenant', 'key'])).toBe(candidate)
})
