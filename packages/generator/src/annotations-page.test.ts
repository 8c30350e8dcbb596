import { readFileSync } from 'node:fs'
import {
  type Bound,
  emptyState,
  type Partition,
  type PartitionKey,
  type PartmanDocument,
  type RangeDatum,
  simulateMaintenance,
} from '@partman/core'
import { expect, test } from 'vitest'
import { ANNOTATIONS } from './annotation-rules.js'
import { schemaFolder } from './fixtures/schema-folder.js'
import { readDocument } from './generate.js'

const PAGE = readFileSync(new URL('../../../docs/annotations.md', import.meta.url), 'utf8')

/** The snippets of the page, each with the SQL that follows it. */
const SNIPPETS = [...PAGE.matchAll(/^```prisma\n([\s\S]*?)^```\n\n(?:```sql\n([\s\S]*?)^```$)?/gm)].map(([, schema = '', sql]) => ({
  model: /model (\w+)/.exec(schema)?.[1],
  schema,
  sql,
}))

const NOW = Date.UTC(2026, 10, 22, 12)
/** Partitions that are written out where a parent has more. */
const SHOWN = 3

/** What a document becomes, as the page writes it: the partitions of the first one of each level, and how many more there are. */
function outline(document: PartmanDocument): string {
  const tenants = new Map(document.tenantSets.map(({ name }) => [name, ['acme']]))
  const { state } = simulateMaintenance({ document, state: emptyState(document), tenants, from: NOW, until: NOW })
  const lines = state.tables.flatMap(({ partitionBy, partitions }) => [formatKey(partitionBy), ...outlineOf(partitions, '  ')])
  return `${lines.join('\n')}\n`
}

function outlineOf(found: readonly Partition[], indent: string): string[] {
  const isDefault = ({ bound }: Partition) => bound.kind === 'default'
  const partitions = [...inOrder(found.filter((one) => !isDefault(one))), ...found.filter(isDefault)]
  const shown = partitions.length <= SHOWN ? partitions : partitions.slice(0, 1)
  const lines = shown.flatMap(({ bound, partitionBy, partitions: below }, index) => [
    `${indent}${formatBound(bound)}${partitionBy ? ` ${formatKey(partitionBy)}` : ''}`,
    ...(index === 0 ? outlineOf(below, `${indent}  `) : []),
  ])
  return shown.length === partitions.length ? lines : [...lines, `${indent}-- and ${partitions.length - 1} more`]
}

/** Ranges from the lowest on, however they were made; lists as they are declared. */
function inOrder(partitions: readonly Partition[]): readonly Partition[] {
  const isRange = partitions.every(({ bound }) => bound.kind === 'range')
  return isRange ? [...partitions].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })) : partitions
}

function formatKey(key: PartitionKey | null | undefined): string {
  return key ? `PARTITION BY ${key.method.toUpperCase()} (${key.columns.map((column) => `"${column}"`).join(', ')})` : ''
}

function formatBound(bound: Bound): string {
  switch (bound.kind) {
    case 'range':
      return `FOR VALUES FROM (${formatRow(bound.from)}) TO (${formatRow(bound.to)})`
    case 'list':
      return `FOR VALUES IN (${bound.values.map((value) => `'${value}'`).join(', ')})`
    case 'hash':
      return `FOR VALUES WITH (MODULUS ${bound.modulus}, REMAINDER ${bound.remainder})`
    case 'default':
      return 'DEFAULT'
  }
}

function formatRow(row: readonly RangeDatum[]): string {
  return row.map((datum) => (typeof datum === 'string' ? datum.toUpperCase() : `'${datum.value}'`)).join(', ')
}

test('every snippet of the page has the SQL that it becomes', () => {
  expect(SNIPPETS.length).toBe([...PAGE.matchAll(/^```prisma$/gm)].length)
  expect(SNIPPETS.filter(({ sql }) => sql === undefined)).toEqual([])
})

test.each(SNIPPETS)('the snippet of $model is read, and becomes what the page says', ({ schema, sql }) => {
  const { document, warnings } = readDocument(schemaFolder({ 'schema.prisma': schema }).options)
  expect({ tables: document.tables.length, warnings }).toEqual({ tables: 1, warnings: [] })
  expect(outline(document)).toBe(sql)
})

test.each([...ANNOTATIONS])('@%s is on the page with all its arguments', (name, rule) => {
  const [, section = ''] = new RegExp(`^#+ @${name}\\n([\\s\\S]*?)(?=^#)`, 'm').exec(PAGE) ?? []
  const named = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, argument]) => argument)
  expect(named).toEqual([...rule.arguments.keys()])
})
