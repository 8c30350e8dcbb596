import { expect, test } from 'vitest'
import { dmmfFromSchema } from './dmmf.js'

test('several schema files become one document with their comments and names', () => {
  const { datamodel } = dmmfFromSchema({
    files: {
      'main.prisma': 'datasource db {\n  provider = "postgresql"\n}',
      'log.prisma': '/// kept for a month\nmodel Log {\n  id String @id @db.Uuid\n  @@map("logs")\n}',
    },
  })
  const models = datamodel.models.map(({ name, dbName, documentation, fields }) => ({
    name,
    dbName,
    documentation,
    fields: fields.map((field) => [field.name, field.nativeType?.[0]]),
  }))
  expect(models).toEqual([{ name: 'Log', dbName: 'logs', documentation: 'kept for a month', fields: [['id', 'Uuid']] }])
})

test('a schema that is not valid is refused with the message of Prisma', () => {
  expect(() => dmmfFromSchema('model Log {\n  at Wrong\n}')).toThrow(/Type "Wrong" is neither a built-in type/)
})
