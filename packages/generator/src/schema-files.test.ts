import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaFolder } from './fixtures/schema-folder.js'
import { hashSchema, readSchemaFiles } from './schema-files.js'

const A = 'model A {\n  id Int @id\n}\n'
const B = 'model B {\n  id Int @id\n}\n'

test('a schema folder is every *.prisma below it, in order, whatever links lead in circles', () => {
  const { path } = schemaFolder({ 'b/b.prisma': B, 'a.prisma': A })
  mkdirSync(join(path, 'folder.prisma'))
  writeFileSync(join(path, 'notes.md'), A)
  symlinkSync(path, join(path, 'b', 'circle'))
  expect(readSchemaFiles(path).map((file) => file.path.slice(path.length + 1))).toEqual(['a.prisma', 'b/b.prisma', 'datasource.prisma'])
  expect(readSchemaFiles(join(path, 'a.prisma'))).toEqual([{ path: join(path, 'a.prisma'), text: A }])
})

test('the hash changes with the text, the name and the number of files, and with nothing else', () => {
  const { path } = schemaFolder({ 'a.prisma': A })
  const first = hashSchema(path)
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/)
  const after = (change: () => void) => {
    change()
    return hashSchema(path)
  }
  expect(after(() => writeFileSync(join(path, 'a.prisma'), `\uFEFF${A.replaceAll('\n', '\r\n')}`))).toBe(first)
  expect(after(() => writeFileSync(join(path, 'notes.md'), 'x'))).toBe(first)
  const changed = after(() => writeFileSync(join(path, 'a.prisma'), `${A}// a comment\n`))
  const grown = after(() => writeFileSync(join(path, 'b.prisma'), B))
  const renamed = after(() => {
    rmSync(join(path, 'b.prisma'))
    writeFileSync(join(path, 'c.prisma'), B)
  })
  expect(new Set([first, changed, grown, renamed]).size).toBe(4)
})
