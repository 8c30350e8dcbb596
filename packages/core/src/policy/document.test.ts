import { describe, expect, test } from 'vitest'
import { documentJsonSchema, type PartmanDocument, parseDocument } from './document.js'

const events = {
  model: 'Event',
  table: { schema: 'public', name: 'events' },
  policy: {
    kind: 'range',
    by: { field: 'createdAt', column: 'created_at', type: 'timestamptz' },
    prefix: null,
    interval: '1 day',
    timeZone: 'UTC',
    origin: null,
    start: null,
    premake: 10,
    default: false,
    subpartition: null,
    retention: { kind: 'age', after: '30 days', grace: '24 hours' },
  },
  declaredAt: 'prisma/schema.prisma:3:5',
} as const

const attempts = {
  model: 'Attempt',
  table: { schema: 'hostile "schema"', name: 'Évents ""x""' },
  policy: {
    kind: 'tenants',
    default: false,
    by: { field: 'projectId', column: 'project_id', type: 'uuid' },
    tenants: 'Project',
    subpartition: { ...events.policy, retention: null },
  },
  declaredAt: 'prisma/schema.prisma:20:5',
} as const

const projects = {
  name: 'Project',
  type: 'uuid',
  source: { model: 'Project', table: { schema: 'public', name: 'Project' }, key: { field: 'id', column: 'id', type: 'uuid' } },
} as const

const valid = {
  version: 1,
  schemaHash: 'sha256:0',
  partitionSchema: 'partman_partitions',
  tenantSets: [projects],
  tables: [events, attempts],
} as const satisfies PartmanDocument

function refusal(input: unknown): { code: unknown; message: string } {
  try {
    parseDocument(input)
  } catch (error) {
    const { code, message } = error as Error & { code: unknown }
    return { code, message }
  }
  throw new Error('the document was accepted')
}

describe('a document', () => {
  test('is read back as it was written, from a value and from text', () => {
    expect(parseDocument(valid)).toEqual(valid)
    expect(parseDocument(JSON.stringify(valid))).toEqual(valid)
  })

  test('tells how the key of a tenant table is made', () => {
    for (const made of [{ kind: 'cuid' }, { kind: 'nanoid', length: 12 }, { kind: 'database' }] as const) {
      const source = { ...projects.source, key: { ...projects.source.key, default: made } }
      const document: PartmanDocument = { ...valid, tenantSets: [{ ...projects, source }] }
      expect(parseDocument(document)).toEqual(document)
    }
  })

  test('of another version is refused before anything else is looked at', () => {
    expect(refusal({ version: 2, everything: 'different' })).toEqual({
      code: 'DOCUMENT_VERSION_UNSUPPORTED',
      message: 'The partman document has version 2; this release reads version 1',
    })
  })

  test('that is not JSON is refused', () => {
    expect(refusal('{ "version": 1')).toEqual({ code: 'DOCUMENT_INVALID', message: 'The partman document is not JSON' })
  })

  const range = (change: object) => ({ ...valid, tables: [{ ...events, policy: { ...events.policy, ...change } }] })

  test.each<[string, unknown, string]>([
    ['a key that nobody knows', { ...valid, colour: 'red' }, '✖ Unrecognized key: "colour"'],
    ['no partition schema', { ...valid, partitionSchema: '' }, '→ at partitionSchema'],
    ['an interval that is a bare number', range({ interval: '86400' }), '✖ "86400" is not a duration\n  → at tables[0].policy.interval'],
    ['a premake of none', range({ premake: 0 }), '→ at tables[0].policy.premake'],
    ['a time zone that is an offset', range({ timeZone: '+02:00' }), '✖ not an IANA time zone\n  → at tables[0].policy.timeZone'],
    ['a time zone that does not exist', range({ timeZone: 'Mars/Olympus' }), '✖ not an IANA time zone\n  → at tables[0].policy.timeZone'],
    [
      'a retention without a unit',
      range({ retention: { kind: 'age', after: '30', grace: '24 hours' } }),
      '✖ "30" is not a duration\n  → at tables[0].policy.retention.after',
    ],
    ['a key that tells no time', range({ by: { ...events.policy.by, type: 'text' } }), '→ at tables[0].policy.by.encoding'],
    ['a level of no known kind', range({ kind: 'round-robin' }), '→ at tables[0].policy.kind'],
  ])('with %s is refused, and the message says where', (_, input, where) => {
    const { code, message } = refusal(input)
    expect({ code, message }).toEqual({ code: 'DOCUMENT_INVALID', message: expect.stringContaining(where) })
  })

  test('that names a tenant set it does not have is refused', () => {
    expect(refusal({ ...valid, tenantSets: [] })).toEqual({
      code: 'DOCUMENT_INVALID',
      message: 'Attempt names the tenant set "Project", which the document does not have',
    })
  })

  test('whose tenant keys differ in type is refused', () => {
    expect(refusal({ ...valid, tenantSets: [{ ...projects, type: 'text' }] })).toEqual({
      code: 'DOCUMENT_INVALID',
      message: 'Attempt.projectId is uuid, the keys of the tenant set "Project" are text',
    })
  })
})

test('the published JSON schema is the one the code has; `vitest -u` writes it anew', async () => {
  await expect(`${JSON.stringify(documentJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../partman.schema.json')
})
