import { expect, test } from 'vitest'
import type { Check, CheckResult } from '../checks/check.js'
import { PartmanError } from '../error.js'
import { runChecks } from './run-checks.js'

interface Facts {
  readonly one: number
  readonly two: number
}

const RESULT: CheckResult = { code: 'INDEX_INVALID', severity: 'warning', message: 'm', reason: 'r', nextStep: 'n' }
const COMPLETE = { ...RESULT, declaredAt: null, statements: [], choices: [], page: 'docs/doctor.md#index_invalid' }
const check = (name: string, needs: Check<Facts>['needs'], find: Check<Facts>['find'] = () => [RESULT]): Check<Facts> => ({
  name,
  needs,
  find,
})
const fine = { one: async () => 1, two: async () => 2 }
const fail = (error: unknown) => ({
  ...fine,
  two: async () => {
    throw error
  },
})

test('each check gets the facts, and its results are told with its name', async () => {
  const found = await runChecks<Facts>(fine, [
    check('a', ['one']),
    check('b', ['one', 'two'], ({ one, two }) => [{ ...RESULT, message: `${one + two}`, declaredAt: 'x:1:1' }]),
  ])
  expect(found).toEqual([
    { ...COMPLETE, check: 'a' },
    { ...COMPLETE, check: 'b', message: '3', declaredAt: 'x:1:1' },
  ])
})

test('nothing is observed that no check needs', async () => {
  expect(await runChecks<Facts>(fail(new Error('not asked for')), [check('a', ['one'])])).toEqual([{ ...COMPLETE, check: 'a' }])
})

test.each([
  [new Error('odd.'), 'CHECK_FAILED', 'error', 'odd', 'doctor'],
  ['a text', 'CHECK_FAILED', 'error', 'a text', 'doctor'],
  [Object.assign(new Error('locked'), { code: '55P03' }), 'CHECK_FAILED', 'warning', 'locked', 'doctor'],
  [Object.assign(new Error('too long'), { code: '57014' }), 'CHECK_FAILED', 'warning', 'too long', 'doctor'],
  [Object.assign(new Error('no such'), { code: '42P01' }), 'CHECK_FAILED', 'error', 'no such', 'doctor'],
  [Object.assign(new Error('wrong password'), { code: '28P01' }), 'DATABASE_UNREACHABLE', 'error', 'wrong password', 'doctor'],
  [Object.assign(new Error('broken'), { code: 'EPIPE' }), 'DATABASE_UNREACHABLE', 'error', 'broken', 'doctor'],
  [
    new AggregateError([Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })]),
    'DATABASE_UNREACHABLE',
    'error',
    'refused',
    'doctor',
  ],
  [new PartmanError('DOCUMENT_INVALID', 'unreadable', { hint: 'h' }), 'DOCUMENT_INVALID', 'error', 'unreadable', 'errors'],
])(
  'a fact that cannot be observed is told of with what was not looked at, beside the rest: %s',
  async (error, code, severity, message, page) => {
    const found = await runChecks<Facts>(fail(error), [check('a', ['one']), check('b', ['one', 'two']), check('c', ['two'])])
    expect(found).toMatchObject([
      { code, severity, check: 'checks', message: `${message}. Not looked at: b, c`, page: `docs/${page}.md#${code.toLowerCase()}` },
      { ...COMPLETE, check: 'a' },
    ])
  },
)

test('a check that fails hides no other', async () => {
  const broken = check('b', ['one'], () => {
    throw new Error('a mistake')
  })
  expect(await runChecks<Facts>(fine, [broken, check('a', ['one'])])).toMatchObject([
    { code: 'CHECK_FAILED', check: 'b', message: 'a mistake. Not looked at: b' },
    { ...COMPLETE, check: 'a' },
  ])
})
