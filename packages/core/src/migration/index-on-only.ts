import { isDeepStrictEqual } from 'node:util'
import { PartmanError } from '../error.js'
import type { CreateIndexSite } from './find-create-index.js'
import { parseStatements } from './parse-statements.js'
import { withoutPositions } from './partition-clause.js'

/**
 * Inserts ONLY before the table's name of these statements of the script, so that nothing is built; every other byte stays
 * as it is. The result is parsed again and compared: only a script that differs by that alone is returned.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`, `MIGRATION_NOT_EDITABLE`
 */
export async function createIndexOnOnly(sql: string, sites: readonly CreateIndexSite[], file = 'migration.sql'): Promise<string> {
  const bytes = Buffer.from(sql)
  const pieces: Buffer[] = []
  let from = 0
  for (const { tableOffset } of sites) {
    pieces.push(bytes.subarray(from, tableOffset), Buffer.from('ONLY '))
    from = tableOffset
  }
  const edited = Buffer.concat([...pieces, bytes.subarray(from)]).toString()
  await assertOnlyOnlyAdded(sql, edited, sites, file)
  return edited
}

async function assertOnlyOnlyAdded(before: string, after: string, sites: readonly CreateIndexSite[], file: string): Promise<void> {
  const changed = new Set(sites.map(({ statement }) => statement.start))
  const wanted = (await parseStatements(before, file)).map(({ node, start }) => {
    if (!changed.has(start) || !('IndexStmt' in node)) return node
    const { relation, ...create } = node.IndexStmt
    const { inh: _, ...only } = relation ?? {}
    return { IndexStmt: { ...create, relation: only } }
  })
  const found = (await parseStatements(after, file)).map(({ node }) => node)
  if (isDeepStrictEqual(withoutPositions(found), withoutPositions(wanted))) return
  throw new PartmanError(
    'MIGRATION_NOT_EDITABLE',
    `${file}:${sites[0]?.position ?? '1:1'}: this CREATE INDEX cannot be given the word ONLY`,
    {
      hint: 'Write it as Prisma does, or put ONLY before the name of the table yourself.',
    },
  )
}
