import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaFolder } from './fixtures/schema-folder.js'
import { locateDocument } from './locate-document.js'

const generator = (lines: string) =>
  `generator client {\n  provider = "prisma-client"\n  output = "../client"\n}\n\ngenerator partman {\n${lines}\n}\n`

test.each<[string, string, string]>([
  ['the default output', '  provider = "partman-generator"', 'generated/partman/partman.json'],
  ['an output of its own', '  provider = "npx partman-generator"\n  output = "./out" // "no"', 'schema/out/partman.json'],
  ['a provider given by path', '  provider = "node ../node_modules/@partman/generator/bin/x.js"\n  output = "../x"', 'x/partman.json'],
])('the document is found by %s', (_, lines, expected) => {
  const { path } = schemaFolder({ 'schema/a.prisma': generator(lines) })
  expect(locateDocument(path)).toBe(join(path, expected))
  expect(locateDocument(join(path, 'schema/a.prisma'))).toBe(join(path, expected))
})

test('an output from the environment is resolved', () => {
  const { path } = schemaFolder({ 'schema/a.prisma': generator('  provider = "partman-generator"\n  output = env("PARTMAN_TEST_OUTPUT")') })
  expect(() => locateDocument(path)).toThrow(
    expect.objectContaining({ code: 'GENERATOR_NOT_FOUND', hint: 'Set the environment variable PARTMAN_TEST_OUTPUT.' }),
  )
  process.env['PARTMAN_TEST_OUTPUT'] = '../elsewhere'
  try {
    expect(locateDocument(path)).toBe(join(path, 'elsewhere/partman.json'))
  } finally {
    delete process.env['PARTMAN_TEST_OUTPUT']
  }
})

test('a schema without our generator, or with two of it, is refused', () => {
  const none = schemaFolder({})
  expect(() => locateDocument(none.path)).toThrow(
    expect.objectContaining({ code: 'GENERATOR_NOT_FOUND', hint: 'Add: generator partman { provider = "partman-generator" }' }),
  )
  const block = (name: string) => `generator ${name} {\n  provider = "partman-generator"\n}\n`
  const two = schemaFolder({ 'a.prisma': block('one'), 'b.prisma': block('two') })
  expect(() => locateDocument(two.path)).toThrow(/more than one partman generator: .*a\.prisma:1:1, .*b\.prisma:1:1/)
})
