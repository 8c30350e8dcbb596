import { dmmfFromSchema } from '@partman/testing'
import { expect, test } from 'vitest'
import { resolveKeyDefault } from './resolve-key-default.js'

async function keyDefault(attributes: string) {
  const dmmf = await dmmfFromSchema(`
datasource db {
  provider = "postgresql"
}

model Project {
  id ${attributes} @id
}
`)
  const [field] = dmmf.datamodel.models[0]?.fields ?? []
  return field && resolveKeyDefault(field)
}

test.each([
  ['String @default(cuid())', { kind: 'cuid' }],
  ['String @default(cuid(2))', { kind: 'cuid2' }],
  ['String @default(uuid())', { kind: 'uuid4' }],
  ['String @default(uuid(7)) @db.Uuid', { kind: 'uuid7' }],
  ['String @default(ulid())', { kind: 'ulid' }],
  ['String @default(nanoid())', { kind: 'nanoid', length: 21 }],
  ['String @default(nanoid(8))', { kind: 'nanoid', length: 8 }],
  ['String @default(dbgenerated("gen_random_uuid()")) @db.Uuid', { kind: 'database' }],
  ['BigInt @default(autoincrement())', { kind: 'database' }],
  ['String', undefined],
  ['String @default("only")', undefined],
])('a key declared %s is made as %o', async (attributes, made) => {
  expect(await keyDefault(attributes)).toEqual(made)
})
