import { expect, test } from 'vitest'
import { formatPosition } from './problem.js'
import { type CommentPlace, scanSchema } from './scan-schema.js'

const at = (line: number, column: number) => ({ file: 'a.prisma', line, column })

function describePlace(place: CommentPlace): string {
  if (place.kind === 'nothing') return 'nothing'
  const { kind, name } = place.block
  if (place.kind === 'member') return `member ${name}.${place.member}`
  return `${place.kind} ${kind} ${name}`
}

/** Each run of documentation as `line:column place | text`. */
function comments(text: string): string[] {
  return scanSchema('a.prisma', text).comments.map(({ kind, lines, place }) => {
    const [first] = lines
    const texts = lines.map((line) => line.text.trim()).join(' | ')
    return `${first ? formatPosition(first.position).replace('a.prisma:', '') : ''} ${kind} ${describePlace(place)} | ${texts}`
  })
}

test('blocks are found with their fields, attributes and settings', () => {
  const { blocks } = scanSchema(
    'a.prisma',
    `generator partman {
  provider = "partman-generator"
  output   = env("PARTMAN_OUTPUT") // "not this"
}

model Event {
  id        String   @id @default("} // \\" {") // } a brace in a comment
  createdAt DateTime @db.Timestamptz(6)

  /* braces } in a comment
     hidden Int
  */
  @@unique([id, createdAt])
  @@map("events")
} enum Kind {
  A
}
`,
  )
  expect(blocks).toEqual([
    {
      kind: 'generator',
      name: 'partman',
      position: at(1, 1),
      members: new Map([
        ['provider', { position: at(2, 3), text: 'partman-generator', env: false }],
        ['output', { position: at(3, 3), text: 'PARTMAN_OUTPUT', env: true }],
      ]),
      attributes: [],
    },
    {
      kind: 'model',
      name: 'Event',
      position: at(6, 1),
      members: new Map([
        ['id', { position: at(7, 3), text: '} // " {', env: false }],
        ['createdAt', { position: at(8, 3), text: undefined, env: false }],
      ]),
      attributes: [
        { name: '@@unique', position: at(13, 3) },
        { name: '@@map', position: at(14, 3) },
      ],
    },
    {
      kind: 'enum',
      name: 'Kind',
      position: at(15, 3),
      members: new Map([['A', { position: at(16, 3), text: undefined, env: false }]]),
      attributes: [],
    },
  ])
})

test.each<[string, string, string[]]>([
  ['directly above a model', '/// a\nmodel A {\n}\n', ['1:4 lines block model A | a']],
  ['above a model, with // between', '/// a\n// no\n///b\nmodel A {\n}\n', ['1:4 lines block model A | a | b']],
  ['above a model, with /* */ between', '/// a\n/* no\n */\n/// b\nmodel A {\n}\n', ['1:4 lines block model A | a | b']],
  ['indented by tabs', '\t/// a\n\tmodel A {\n}\n', ['1:5 lines block model A | a']],
  ['parted from the model by an empty line', '/// a\n\nmodel A {\n}\n', ['1:4 lines nothing | a']],
  ['parted from the model by blanks', '/// a\n  \nmodel A {\n}\n', ['1:4 lines nothing | a']],
  ['at the end of the file', 'model A {\n}\n/// a', ['3:4 lines nothing | a']],
  ['behind the closing brace', 'model A {\n} /// a\nmodel B {\n}\n', ['2:6 lines behind-block model A | a']],
  ['behind the opening brace', 'model A { /// a\n}\n', ['1:14 lines nothing | a']],
  ['above a field', 'model A {\n  /// a\n  id Int\n}\n', ['2:6 lines member A.id | a']],
  ['behind a field', 'model A {\n  id Int /// a\n}\n', ['2:13 lines member A.id | a']],
  ['above a block attribute', 'model A {\n  /// a\n  @@map("x")\n}\n', ['2:6 lines member A.@@map | a']],
  ['at the end of a block', 'model A {\n  id Int\n  /// a\n}\n', ['3:6 lines nothing | a']],
  ['above an enum', '/// a\nenum E {\n}\n', ['1:4 lines block enum E | a']],
  ['in four slashes', '//// a\nmodel A {\n}\n', ['1:4 lines block model A | / a']],
  ['in a star comment', '/** a\n * b */\nmodel A {\n}\n', ['1:5 star nothing | a | b */']],
  ['in lines that end as on Windows', '/// a\r\n/// b\r\nmodel A {\r\n}\r\n', ['1:4 lines block model A | a | b']],
  ['in lines that end as on old Macs', '/// a\r/// b\rmodel A {\r}\r', ['1:4 lines block model A | a | b']],
  ['inside a string, which is none', 'model A {\n  id String @default("/// a")\n}\n', []],
  ['behind //, which is none', '// /// a\nmodel A {\n}\n', []],
  ['inside /* */, which is none', '/*\n/// a\n*/\nmodel A {\n}\n', []],
])('documentation %s', (_, text, expected) => {
  expect(comments(text)).toEqual(expected)
})
