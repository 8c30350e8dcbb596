import { expect, test } from 'vitest'
import { parseRelations } from './parse-relations.js'

const SCHEMA = String.raw`
// model Commented { id String }
generator client {
  provider = "prisma-client"
}
/// model Documented { other Other[] }
model A {
  id       String @id @default("} model B { \" //") // } not the end
  list     B[]    @relation("x")
  /* optional B? */
  optional B?     @relation("y", fields: [bId, b2], references: [id, other], onDelete: SetNull, onUpdate:Cascade)
  required B      @relation(
    fields: [bId],
    references: [id]
  )
  note     String @default(dbgenerated("now()")) @db.VarChar(3)
  bId      String
  b2       String?
  @@unique([bId, b2])
}
model Model { model A[] }
view V {
  a A @relation(references: [id], fields: [aId])
  aId String
}
enum E { model }
`

const plain = { fields: [], references: [], onDelete: undefined, onUpdate: undefined }

test('relation fields are read with their arity and their keys', () => {
  const models = parseRelations(SCHEMA)
  expect([...models.keys()]).toEqual(['A', 'Model', 'V'])
  const relations = models.get('A')
  expect([...(relations?.keys() ?? [])]).toEqual(['id', 'list', 'optional', 'required', 'note', 'bId', 'b2'])
  expect(relations?.get('list')).toEqual({ ...plain, arity: 'list' })
  expect(relations?.get('optional')).toEqual({
    arity: 'optional',
    fields: ['bId', 'b2'],
    references: ['id', 'other'],
    onDelete: 'SetNull',
    onUpdate: 'Cascade',
  })
  expect(relations?.get('required')).toEqual({ ...plain, arity: 'required', fields: ['bId'], references: ['id'] })
  expect(models.get('V')?.get('a')).toEqual({ ...plain, arity: 'required', fields: ['aId'], references: ['id'] })
})
