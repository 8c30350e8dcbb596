import { describe, expect, test } from 'vitest'
import { parseAnnotations } from './parse-annotation.js'
import type { ArgumentValue } from './parse-value.js'
import { formatPosition, type Problem } from './problem.js'

const place = (position: Problem['position']) => formatPosition(position).replace('a.prisma:', '')

function describeValue(value: ArgumentValue): string {
  const text = value.kind === 'array' ? `[${value.items.map(describeValue).join(', ')}]` : `${value.kind} ${value.text}`
  return `${place(value.position)} ${text}`
}

/** Parses documentation whose first line stands on line 1, with the text behind `///` in column 4. */
function parse(...lines: string[]) {
  const problems: Problem[] = []
  const annotations = parseAnnotations(
    lines.map((text, index) => ({ text, position: { file: 'a.prisma', line: index + 1, column: 4 } })),
    problems,
  )
  return {
    annotations: annotations.map(({ name, position, arguments: given }) => [
      `${place(position)} @${name}`,
      ...(given?.map(({ name, position, value }) => `${place(position)} ${name} = ${describeValue(value)}`) ?? ['unreadable']),
    ]),
    problems: problems.map(({ position, message, hint }) => `${place(position)} ${message}. ${hint}`),
  }
}

describe('an annotation', () => {
  test('has named arguments: names, texts and numbers', () => {
    expect(parse(' @partman(by: createdAt, interval: "1 day", premake: 10)')).toEqual({
      annotations: [
        ['1:5 @partman', '1:14 by = 1:18 identifier createdAt', '1:29 interval = 1:39 string 1 day', '1:48 premake = 1:57 integer 10'],
      ],
      problems: [],
    })
  })

  test('may span lines until its closing parenthesis, and leave a comma behind', () => {
    expect(parse('One row per call.', ' @partman(', '   by: createdAt,', '   interval:', '   "1 day",', ' )', ' More prose.')).toEqual({
      annotations: [['2:5 @partman', '3:7 by = 3:11 identifier createdAt', '4:7 interval = 5:7 string 1 day']],
      problems: [],
    })
  })

  test('may have no arguments', () => {
    expect(parse(' @partman.tenants', ' (the accounts)').annotations).toEqual([['1:5 @partman.tenants']])
    expect(parse('@partman.tenants()').annotations).toEqual([['1:4 @partman.tenants']])
  })

  test('may hold escaped quotes, parentheses and an @partman in a text', () => {
    expect(parse('@partman(timeZone: "a \\"b\\" \\\\ ) @partman(")').annotations).toEqual([
      ['1:4 @partman', '1:13 timeZone = 1:23 string a "b" \\ ) @partman('],
    ])
  })

  test('may have values in brackets, and true, false, null and negative numbers', () => {
    expect(parse('@partman.list(by: [a, b], values: [', ' "eu", ["us", null],', ' -1, [], true,', '], default: false)')).toEqual({
      annotations: [
        [
          '1:4 @partman.list',
          '1:18 by = 1:22 [1:23 identifier a, 1:26 identifier b]',
          '1:30 values = 1:38 [2:5 string eu, 2:11 [2:12 string us, 2:18 null null], 3:5 integer -1, 3:9 [], 3:13 boolean true]',
          '4:7 default = 4:16 boolean false',
        ],
      ],
      problems: [],
    })
  })

  test('may be followed by another on a line of its own, and a broken one does not hide the next', () => {
    expect(parse('@partman(by: a', '@partman.tenants(key: id)')).toEqual({
      annotations: [
        ['1:4 @partman', 'unreadable'],
        ['2:4 @partman.tenants', '2:21 key = 2:26 identifier id'],
      ],
      problems: ['1:12 The parenthesis is never closed. Close it on this `///` line, or on a `///` line that follows without a gap.'],
    })
  })
})

test.each([
  'Partitioned with @partman(by: createdAt).',
  'See `@partman(by: x)`',
  '(@partman)',
  'partman(by: x)',
  '@ partman(by: x)',
  '@param(x)',
  '@Postman(x)',
  '@patman said so',
  '@@partman(by: x)',
  '/ @partman(by: x)',
])('prose is none: %s', (line) => {
  expect(parse(line)).toEqual({ annotations: [], problems: [] })
})

const FORM = 'An annotation looks like this: @partman(by: createdAt, interval: "1 day")'
const VALUE = 'A value is a name, a "text", a whole number, true, false, null, or [several of these].'

test.each([
  ['@partman is great', `1:13 Unexpected "is" after @partman. ${FORM}. Prose must not begin a line with @partman.`],
  ['@partman(by: a) daily', '1:20 Unexpected text behind @partman(...). Put it on a `///` line of its own.'],
  ['@partman(by: a) @partman.tenants', '1:20 Unexpected text behind @partman(...). Put it on a `///` line of its own.'],
  ['@partman(createdAt)', `1:22 Expected a colon after "createdAt". ${FORM}`],
  ['@partman(by = a)', `1:16 Expected a colon after "by". ${FORM}`],
  ['@partman("1 day")', `1:13 Expected the name of an argument, found "1 day". ${FORM}`],
  ['@partman(,)', `1:13 Expected the name of an argument, found ",". ${FORM}`],
  ['@partman(by: a interval: "1 day")', '1:19 Expected a comma or a closing parenthesis, found "interval". Put a comma between arguments.'],
  [
    '@partman(interval: 1 day)',
    '1:25 Expected a comma or a closing parenthesis, found "day". Write text in double quotes: interval: "1 day"',
  ],
  ["@partman(interval: '1 day')", `1:23 A string begins with "'". Write strings in double quotes.`],
  ['@partman(interval: "1 day)', '1:23 The string is not closed on its line. Close it with a double quote.'],
  ['@partman(by: )', `1:17 Expected a value for "by", found ")". ${VALUE}`],
  ['@partman(premake: - 1)', `1:22 Expected a value for "premake", found "-". ${VALUE}`],
  ['@partman(premake: 1.5)', '1:23 Expected a comma or a closing parenthesis, found ".". A number is a whole one.'],
  ['@partman(by: [a b])', '1:20 Expected a comma or a closing bracket, found "b". Put a comma between values.'],
  ['@partman(by: [a, b)', '1:22 Expected a comma or a closing bracket, found ")". Put a comma between values.'],
  ['@partman(by: [,])', `1:18 Expected a value for "by", found ",". ${VALUE}`],
  ["@partman.list(values: ['eu'])", `1:27 A string begins with "'". Write strings in double quotes.`],
  ['@partman(by: [a, b', '1:17 The bracket is never closed. Close it on this `///` line, or on a `///` line that follows without a gap.'],
  ['@partman(by: [', '1:17 The bracket is never closed. Close it on this `///` line, or on a `///` line that follows without a gap.'],
  ['@partman(by:', '1:12 The parenthesis is never closed. Close it on this `///` line, or on a `///` line that follows without a gap.'],
  ['@partman(by', `1:13 Expected a colon after "by". ${FORM}`],
  ['@partman(', '1:12 The parenthesis is never closed. Close it on this `///` line, or on a `///` line that follows without a gap.'],
])('%s is refused', (line, problem) => {
  expect(parse(line).problems).toEqual([problem])
})
