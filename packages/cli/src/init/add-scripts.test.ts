import { expect, test } from 'vitest'
import { addScripts } from './add-scripts.js'
import type { TextFile } from './text-file.js'

function add(text: string): string | undefined {
  const file: TextFile = { path: '/package.json', text, hasByteOrderMark: false, newline: text.includes('\r\n') ? '\r\n' : '\n' }
  const { scripts = {} } = JSON.parse(text)
  return addScripts({ file, scripts, packages: new Set(), manager: { add: '', addDev: '', exec: '' } })?.text
}

const ALL = '"partman:migrate": "partman migrate dev",\n    "partman:check": "partman check",\n    "partman:maintain": "partman maintain"'

test('scripts go behind those that are there, as they are indented', () => {
  expect(add('{\n  "scripts": {\n    "a": "b"\n  },\n  "x": {}\n}\n')).toBe(
    `{\n  "scripts": {\n    "a": "b",\n    ${ALL}\n  },\n  "x": {}\n}\n`,
  )
  expect(add('{\r\n    "scripts": {\r\n        "a": "b"\r\n    }\r\n}')).toBe(
    `{\n    "scripts": {\n        "a": "b",\n    ${ALL}\n    }\n}`.replaceAll('\n    "p', '\n        "p').replaceAll('\n', '\r\n'),
  )
})

test('a package without scripts gets them, empty or missing', () => {
  expect(add('{\n  "scripts": {}\n}\n')).toBe(`{\n  "scripts": {\n    ${ALL}\n  }\n}\n`)
  expect(add('{\n  "name": "x"\n}\n')).toBe(`{\n  "name": "x",\n  "scripts": {\n    ${ALL}\n  }\n}\n`)
  expect(JSON.parse(add('{"name":"x"}') ?? '')).toMatchObject({ name: 'x', scripts: { 'partman:check': 'partman check' } })
  expect(JSON.parse(add('{}') ?? '')).toMatchObject({ scripts: { 'partman:check': 'partman check' } })
})

test('a script of the same name or the same command is enough', () => {
  const scripts = { 'partman:migrate': 'partman migrate', verify: 'partman check', 'partman:maintain': 'partman maintain' }
  expect(add(JSON.stringify({ scripts }))).toBeUndefined()
})
