import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createInitProject, type InitProject } from '../fixtures/init-project.js'
import { type ExtendedClients, extendClients } from './extend-clients.js'

// One look of the compiler at the whole application for each module, and the programs of Prisma and TypeScript.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const IMPORTS = `import { adapter } from './adapter.js'
import { PrismaClient } from '../generated/prisma/client.js'
`
const ADDED = `import { partman } from '@partman/prisma-extension'
import { config } from '../generated/partman/partman.js'
`

/** Each way to make a client, and what becomes of it; null where it stays. */
const MODULES: Readonly<Record<string, readonly [before: string, after: string | null]>> = {
  'src/annotated.ts': [
    `${IMPORTS}\nexport const prisma: PrismaClient = new PrismaClient({ adapter })\n`,
    `${IMPORTS}${ADDED}\nexport const prisma = new PrismaClient({ adapter }).$extends(partman(config))\n`,
  ],
  'src/listed.ts': [
    `${IMPORTS}\nconst prisma = new PrismaClient({ adapter })\nexport { prisma as client }\n`,
    `${IMPORTS}${ADDED}\nconst prisma = new PrismaClient({ adapter }).$extends(partman(config))\nexport { prisma as client }\n`,
  ],
  'src/default.ts': [
    `${IMPORTS}\nexport default new PrismaClient({ adapter })\n`,
    `${IMPORTS}${ADDED}\nexport default new PrismaClient({ adapter }).$extends(partman(config))\n`,
  ],
  'src/extended.ts': [
    `${IMPORTS}\nexport const prisma = new PrismaClient({ adapter }).$extends({ name: 'one' }).$extends({ name: 'two' })\n`,
    `${IMPORTS}${ADDED}\nexport const prisma = new PrismaClient({ adapter }).$extends({ name: 'one' }).$extends({ name: 'two' }).$extends(partman(config))\n`,
  ],
  'src/function.ts': [
    `${IMPORTS}\nexport function createClient(): PrismaClient {\n  return new PrismaClient({ adapter })\n}\n`,
    `${IMPORTS}${ADDED}\nexport function createClient() {\n  return new PrismaClient({ adapter }).$extends(partman(config))\n}\n`,
  ],
  'src/documented.ts': [
    `${IMPORTS}
const prismaClientSingleton = () => {
  return new PrismaClient({ adapter })
}

declare const globalThis: {
  prismaGlobal: ReturnType<typeof prismaClientSingleton>
} & typeof global

const prisma = globalThis.prismaGlobal ?? prismaClientSingleton()

export default prisma

if (process.env['NODE_ENV'] !== 'production') globalThis.prismaGlobal = prisma
`,
    `${IMPORTS}${ADDED}
const prismaClientSingleton = () => {
  return new PrismaClient({ adapter }).$extends(partman(config))
}

declare const globalThis: {
  prismaGlobal: ReturnType<typeof prismaClientSingleton>
} & typeof global

const prisma = globalThis.prismaGlobal ?? prismaClientSingleton()

export default prisma

if (process.env['NODE_ENV'] !== 'production') globalThis.prismaGlobal = prisma
`,
  ],
  'src/declared-global.ts': [
    `${IMPORTS}
declare global {
  var prisma: PrismaClient | undefined
}

export const prisma = global.prisma || new PrismaClient({ adapter })
if (process.env['NODE_ENV'] !== 'production') global.prisma = prisma
`,
    `${IMPORTS}${ADDED}
function createPrismaClient() {
  return new PrismaClient({ adapter }).$extends(partman(config))
}

declare global {
  var prisma: ReturnType<typeof createPrismaClient> | undefined
}

export const prisma = global.prisma || createPrismaClient()
if (process.env['NODE_ENV'] !== 'production') global.prisma = prisma
`,
  ],
  'src/branches.ts': [
    `${IMPORTS}
let prisma: PrismaClient
const kept = globalThis as unknown as { branches?: PrismaClient }

if (process.env['NODE_ENV'] === 'production') {
  prisma = new PrismaClient({ adapter })
} else {
  if (!kept.branches) {
    kept.branches = new PrismaClient({ adapter })
  }
  prisma = kept.branches
}

export default prisma
`,
    `${IMPORTS}${ADDED}
function createPrismaClient() {
  return new PrismaClient({ adapter }).$extends(partman(config))
}

let prisma: ReturnType<typeof createPrismaClient>
const kept = globalThis as unknown as { branches?: ReturnType<typeof createPrismaClient> }

if (process.env['NODE_ENV'] === 'production') {
  prisma = createPrismaClient()
} else {
  if (!kept.branches) {
    kept.branches = createPrismaClient()
  }
  prisma = kept.branches
}

export default prisma
`,
  ],
  'src/lazy.ts': [
    `${IMPORTS}
let client: PrismaClient | undefined

/** Connects once. */
export function getClient(): PrismaClient {
  return (client ??= new PrismaClient({ adapter }))
}
`,
    `${IMPORTS}${ADDED}
function createPrismaClient() {
  return new PrismaClient({ adapter }).$extends(partman(config))
}

let client: ReturnType<typeof createPrismaClient> | undefined

/** Connects once. */
export function getClient(): ReturnType<typeof createPrismaClient> {
  return (client ??= createPrismaClient())
}
`,
  ],
  'src/held.ts': [
    `${IMPORTS}\nexport class Database {\n  readonly client = new PrismaClient({ adapter })\n}\n`,
    `${IMPORTS}${ADDED}\nexport class Database {\n  readonly client = new PrismaClient({ adapter }).$extends(partman(config))\n}\n`,
  ],
  'src/taken-names.ts': [
    `${IMPORTS}\nconst config = { adapter }\nexport const prisma = new PrismaClient(config)\n`,
    `${IMPORTS}import { partman } from '@partman/prisma-extension'
import { config as partmanConfig } from '../generated/partman/partman.js'

const config = { adapter }
export const prisma = new PrismaClient(config).$extends(partman(partmanConfig))
`,
  ],
  'src/renamed.ts': [
    `import { adapter } from './adapter.js'
import { PrismaClient as Client } from '../generated/prisma/client.js'

export const prisma = new Client({ adapter })
`,
    `import { adapter } from './adapter.js'
import { PrismaClient as Client } from '../generated/prisma/client.js'
${ADDED}
export const prisma = new Client({ adapter }).$extends(partman(config))
`,
  ],
  'src/service.ts': [
    `${IMPORTS}\nexport class PrismaService extends PrismaClient {\n  constructor() { super({ adapter }) }\n}\n`,
    `${IMPORTS}import { type PartmanClient, partman } from '@partman/prisma-extension'
import { config } from '../generated/partman/partman.js'

export class PrismaService extends PrismaClient {
  declare readonly $partman: () => PartmanClient<typeof config>

  constructor() { super({ adapter }); return this.$extends(partman(config)) as unknown as this }
}
`,
  ],
  'src/private.ts': [
    `${IMPORTS}
export class PrivateService extends PrismaClient {
  #calls = 0
  constructor() {
    super({ adapter })
  }
  count() {
    return ++this.#calls
  }
}
`,
    null,
  ],
  'src/local.ts': [`${IMPORTS}\nconst prisma = new PrismaClient({ adapter })\nawait prisma.project.count()\nexport {}\n`, null],
  'src/passed.ts': [`${IMPORTS}\nexport const users = [new PrismaClient({ adapter })]\n`, null],
  'src/expected.ts': [`${IMPORTS}\nexport const prisma = new PrismaClient({ adapter })\n`, null],
  'src/repository.ts': [
    `import type { PrismaClient } from '../generated/prisma/client.js'
import { prisma } from './expected.js'

class Repository {
  constructor(readonly client: PrismaClient) {}
}

export const repository = new Repository(prisma)
`,
    null,
  ],
  'src/other-database.ts': [
    `import { PrismaClient } from './other/client.js'\n\nexport const prisma = new PrismaClient({ adapter: 'other' })\n`,
    null,
  ],
  'src/prisma.spec.ts': [`${IMPORTS}\nexport const prisma = new PrismaClient({ adapter })\n`, null],
}

const SUPPORT = {
  'prisma/schema/schema.prisma': `generator client {
  provider = "prisma-client"
  output   = "../../generated/prisma"
}

generator partman {
  provider = "partman-generator"
  output   = "../../generated/partman"
}

datasource db {
  provider = "postgresql"
}

model Project {
  id String @id @default(cuid())
}
`,
  'src/adapter.ts': `import { PrismaPg } from '@prisma/adapter-pg'\n\nexport const adapter = new PrismaPg({ connectionString: 'postgresql://localhost/none' })\n`,
  'src/other/client.ts': 'export class PrismaClient {\n  constructor(readonly options: { adapter: string }) {}\n}\n',
  'tsconfig.json': JSON.stringify({
    compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, types: ['node'], noEmit: true },
    include: ['src'],
  }),
}

let project: InitProject
let extended: ExtendedClients
const folders = () => ({ client: join(project.path, 'generated/prisma'), partman: join(project.path, 'generated/partman') })

beforeAll(async () => {
  project = await createInitProject({
    ...SUPPORT,
    ...Object.fromEntries(Object.entries(MODULES).map(([path, [before]]) => [path, before])),
  })
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(project.compile()).toBe('')
  extended = await extendClients(project.path, folders())
  return project.remove
})

test.each(Object.entries(MODULES))('%s', (path, [before, after]) => {
  const edit = extended.edits.find(({ file }) => file.path === join(project.path, path))
  expect(edit?.file.text ?? before).toBe(before)
  expect(edit?.text ?? null).toBe(after)
})

test('what is left alone is told, with the reason', () => {
  expect(extended.left.map(({ place, reason }) => [place, reason])).toEqual([
    [
      'src/expected.ts',
      "extended, the client would have another type than the application expects: src/repository.ts:8: Argument of type '...' is not assignable to parameter of type 'PrismaClient'.",
    ],
    ['src/local.ts:4', 'no other module uses this client'],
    ['src/passed.ts:4', 'it is not clear what becomes of this client'],
    ['src/prisma.spec.ts:4', 'a script or a test makes a client of its own'],
    ['src/private.ts:4', 'an extended client has no access to #private members of its class'],
  ])
})

test('the application compiles as before, and a second look finds nothing to do', async () => {
  for (const { file, text } of extended.edits) await writeFile(file.path, text)
  expect(project.compile()).toBe('')
  expect(await extendClients(project.path, folders())).toEqual({ isDone: true, edits: [], left: [] })
})

test('a service that listens with $on, which an extended client cannot, is left alone', async () => {
  const service = `import { PrismaClient } from '../generated/prisma/client.js'
export class PrismaService extends PrismaClient {
  constructor() {
    super({ adapter: undefined! })
  }
  listen() {
    this.$on('query' as never, () => {})
  }
}
`
  const listening = await createInitProject({ 'src/service.ts': service })
  onTestFinished(listening.remove)
  const generated = { client: join(listening.path, 'generated/prisma'), partman: join(listening.path, 'generated/partman') }
  const { edits, left } = await extendClients(listening.path, generated)
  expect([edits, left.map(({ place, reason }) => [place, reason])]).toEqual([
    [],
    [['src/service.ts:2', '`$on` is called somewhere, and an extended client does not have it']],
  ])
})

test('a project without a client in TypeScript is told what to write', async () => {
  const empty = await createInitProject({ 'src/db.js': 'new PrismaClient()\n' })
  onTestFinished(empty.remove)
  const { edits, left } = await extendClients(empty.path, { client: undefined, partman: join(empty.path, 'generated/partman') })
  expect([edits, left]).toEqual([
    [],
    [
      {
        place: '.',
        reason: 'no TypeScript file below makes a client with `new PrismaClient(...)`',
        todo: "Where the client is made, write `.$extends(partman(config))` behind it: partman from '@partman/prisma-extension', config from generated/partman/partman.ts.",
      },
    ],
  ])
})

test.each([
  ['without a tsconfig.json', {}],
  ['with one that only refers to others', { 'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }' }],
])('an application %s is looked through by all its modules', async (_, files) => {
  const application = await createInitProject({
    ...files,
    'generated/prisma/client.ts':
      'export class PrismaClient {\n  $on() {}\n  $extends(_extension: unknown) {\n    return { extended: true }\n  }\n}\n',
    'src/db.ts': "import { PrismaClient } from '../generated/prisma/client.js'\nexport const prisma = new PrismaClient()\n",
    'src/log.ts': "import { prisma } from './db.js'\nprisma.$on()\n",
  })
  onTestFinished(application.remove)
  const generated = { client: join(application.path, 'generated/prisma'), partman: join(application.path, 'generated/partman') }
  const { edits, left } = await extendClients(application.path, generated)
  expect([edits, left.map(({ place, reason }) => [place, reason])]).toEqual([
    [],
    [
      [
        'src/db.ts',
        "extended, the client would have another type than the application expects: src/log.ts:2: Property '$on' does not exist on type '{ extended: boolean; }'.",
      ],
    ],
  ])
})
