import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { observePrisma } from './observe-prisma.js'
import { prismaVersionsCheck } from './prisma-versions-check.js'

/** A project below a folder that has some of the packages, as a workspace has. */
async function projectWith(versions: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'partman versions '))
  onTestFinished(() => rm(root, { recursive: true }))
  for (const [index, [name, version]] of Object.entries(versions).entries()) {
    const folder = join(root, index % 2 === 0 ? '' : 'app', 'node_modules', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version }))
  }
  await mkdir(join(root, 'app'), { recursive: true })
  await writeFile(join(root, 'app', 'schema.prisma'), '')
  return join(root, 'app')
}

test.each([
  [{ prisma: '7.10.1', '@prisma/client': '7.10.0', '@prisma/adapter-pg': '7.10.1' }, []],
  [
    { prisma: '7.10.1', '@prisma/client': '7.10.1', '@prisma/adapter-pg': '7.9.0' },
    [
      {
        code: 'PRISMA_VERSIONS_DIFFER',
        severity: 'warning',
        message: 'The packages of Prisma are of several versions: prisma 7.10.1, @prisma/client 7.10.1, @prisma/adapter-pg 7.9.0',
        statements: ['npm install prisma@7.10.1 @prisma/client@7.10.1 @prisma/adapter-pg@7.10.1'],
      },
    ],
  ],
  [
    { prisma: '6.19.0', '@prisma/client': '6.19.0' },
    [
      {
        code: 'PRISMA_VERSION_UNSUPPORTED',
        severity: 'error',
        message: 'partman supports Prisma 7; installed is prisma 6.19.0, @prisma/client 6.19.0',
        statements: ['npm install prisma@7 @prisma/client@7'],
      },
    ],
  ],
  [{ prisma: '8.0.0' }, [{ code: 'PRISMA_VERSION_UNSUPPORTED', severity: 'warning' }]],
  [{}, []],
])('%j', async (versions, expected) => {
  const folder = await projectWith(versions)
  const prisma = await observePrisma(folder, join(folder, 'schema.prisma'))
  expect(prisma).toEqual({ versions, datasourceSchemas: [] })
  expect(prismaVersionsCheck.find({ prisma })).toMatchObject(expected)
})
