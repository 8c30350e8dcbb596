import { expect, test } from 'vitest'
import { DURATION_UNITS, formatDuration, parseDuration } from './duration.js'

test.each([
  ['1 minute', { count: 1, unit: 'minute' }],
  ['15 minutes', { count: 15, unit: 'minute' }],
  ['24 hours', { count: 24, unit: 'hour' }],
  ['1 day', { count: 1, unit: 'day' }],
  ['2 week', { count: 2, unit: 'week' }],
  ['3 months', { count: 3, unit: 'month' }],
  ['1 quarter', { count: 1, unit: 'quarter' }],
  ['1000 years', { count: 1000, unit: 'year' }],
  ['365000 days', { count: 365_000, unit: 'day' }],
])('"%s" is a duration', (text, duration) => {
  expect(parseDuration(text)).toEqual(duration)
})

test.each([
  '',
  '1',
  '86400',
  'day',
  '0 days',
  '-1 day',
  '+1 day',
  '01 day',
  '1.5 days',
  '1day',
  '1  day',
  ' 1 day',
  '1 day ',
  '1 day\n',
  '1 Day',
  '1 second',
  '1 fortnight',
  '1000000 days',
  '24:00:00',
  'P1D',
  '1 day 2 hours',
])('"%s" is not a duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID', message: `"${text}" is not a duration` }))
})

test.each(['1001 years', '999999 years', '13036 months', '365001 days'])('"%s" leaves the range of times', (text) => {
  expect(() => parseDuration(text)).toThrow(
    expect.objectContaining({ code: 'DURATION_INVALID', message: `"${text}" is longer than 1000 years` }),
  )
})

test('a duration is written the way it is read', () => {
  for (const unit of DURATION_UNITS) {
    for (const count of [1, 2, 90]) expect(parseDuration(formatDuration({ count, unit }))).toEqual({ count, unit })
  }
  expect([formatDuration({ count: 1, unit: 'day' }), formatDuration({ count: 30, unit: 'day' })]).toEqual(['1 day', '30 days'])
})
