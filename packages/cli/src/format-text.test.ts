import { expect, test } from 'vitest'
import { formatPrintable, formatPrintableLines, formatTable } from './format-text.js'

test('columns are aligned, numbers to the right', () => {
  expect(
    formatTable([
      ['table', 'rows', 'until'],
      ['Évents', '5', '2026-01-01'],
      ['a', '-', '-'],
      ['bb', '1234', '2027-01-01'],
    ]),
  ).toBe(['table   rows  until', 'Évents     5  2026-01-01', 'a          -  -', 'bb      1234  2027-01-01'].join('\n'))
})

test('what could steer a terminal is written as an escape', () => {
  expect(formatPrintable('a\u001b[2J\n\u202eb\u0085é😀')).toBe('a\\u001b[2J\\u000a\\u202eb\\u0085é😀')
})

test('text of several lines stays so, and steers no terminal', () => {
  expect(formatPrintableLines('one\n\u001b[2Jtwo\u009b2K\r')).toBe('one\n\\u001b[2Jtwo\\u009b2K\\u000d')
})
