import { expect, test } from 'vitest'
import { documentCheck } from './document-check.js'
import { historyCheck } from './history-check.js'
import { prismaVersionsCheck } from './prisma-versions-check.js'

test('what the checks of a project print to be run deploys, resolves and resets no migration', () => {
  const statements = [
    ...historyCheck.find({ history: { pending: ['later'], failed: ['half'] } }),
    ...documentCheck.find({ declared: { document: {} as never, stale: { code: 'DOCUMENT_STALE', message: 'm' } as never } }),
    ...prismaVersionsCheck.find({ prisma: { datasourceSchemas: [], versions: { prisma: '7.1.0', '@prisma/client': '7.0.0' } } }),
  ].flatMap((result) => result.statements ?? [])
  expect(statements).toEqual(['partman check', 'prisma generate', 'npm install prisma@7.1.0 @prisma/client@7.1.0'])
})
