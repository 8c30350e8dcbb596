import { expect, it } from 'vitest'
import { schemaFolder } from '../packages/generator/src/fixtures/schema-folder.js'
import { readDocument } from '../packages/generator/src/generate.js'
import { layoutSql, stepSql } from './fixtures/page-sql.js'
import { readPage } from './fixtures/read-page.js'

const documentOf = (schema: string) => readDocument(schemaFolder({ 'schema.prisma': schema }).options).document

/** Each snippet, or mark, with the block of SQL behind it. */
const BLOCK = /(?:^```prisma\n(?<schema>(?:(?!^```)[\s\S])*)^```|^<!-- (?<step>[a-z-]+) -->)\n\n^```sql\n(?<sql>(?:(?!^```)[\s\S])*)^```$/gm

it('the page shows the SQL that the code makes: `vitest -u` writes it anew', async () => {
  const page = await readPage('docs/sql.md')
  const found = [...page.matchAll(BLOCK)]
  const [first] = found
  const steps = stepSql(documentOf(first?.groups?.['schema'] ?? ''))
  expect(found.flatMap(({ groups }) => groups?.['step'] ?? []).sort()).toEqual(Object.keys(steps).sort())
  const written = page.replace(BLOCK, (block, ...rest) => {
    const { schema, step } = rest.at(-1) as { schema?: string; step?: string }
    const sql = schema === undefined ? steps[step ?? ''] : layoutSql(documentOf(schema))
    return block.replace(/^```sql\n(?:(?!^```)[\s\S])*^```$/m, () => `\`\`\`sql\n${sql}\n\`\`\``)
  })
  await expect(written).toMatchFileSnapshot('sql.md')
})
