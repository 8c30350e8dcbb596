import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { testDatabase } from '@partman/testing/vitest'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createInitProject, type InitProject, MULTI_FILE, NEST_LIKE, SINGLE_FILE } from '../fixtures/init-project.js'

// Each run of the command line is a process of its own, and slow on a busy machine.
vi.setConfig({ testTimeout: 240_000 })

async function createProject(files: Readonly<Record<string, string>>, url?: string): Promise<InitProject> {
  const project = await createInitProject(files, url)
  onTestFinished(project.remove)
  return project
}

/** Those of a project's files that are not as they were. */
async function changesOf(project: InitProject, before: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await project.sources()).filter(([path, content]) => before[path] !== content))
}

/** What is always to hold after `init`: a second run finds nothing, `prisma generate` and the application's type check pass. */
async function expectSettled(project: InitProject): Promise<void> {
  const settled = await project.sources()
  const { exitCode, stdout } = await project.partman(['init'])
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Everything that init can set up is in place; nothing was changed.\n')])
  expect(await project.sources()).toEqual(settled)
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(project.compile()).toBe('')
}

test('a project with one schema file is set up', async () => {
  const project = await createProject(SINGLE_FILE)
  const before = await project.sources()

  expect(await project.partman(['init'])).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `changed  prisma/schema.prisma  the generator block
changed  .gitignore  the generated configuration
changed  src/db.ts  the client extension
changed  package.json  script partman:migrate, script partman:maintain
changed  .github/workflows/ci.yml  a step in the job test
left alone  prisma/seed.ts:4  a script or a test makes a client of its own
            Where it creates tenants, import the application's client, or write \`.$extends(partman(config))\` behind the client, partman from '@partman/prisma-extension', config from '../generated/partman/partman.js'.

Next:
  1. npm install @partman/core @partman/prisma-extension
  2. npm install --save-dev @partman/generator @partman/cli
  3. Annotate a model: /// @partman(by: createdAt, interval: "1 day", retention: "30 days")
  4. npx prisma generate
  5. npx partman migrate dev --name partitions
`,
  })
  expect(await changesOf(project, before)).toEqual({
    'prisma/schema.prisma': before['prisma/schema.prisma']?.replace(
      'not in git }\n}\n',
      'not in git }\n}\n\ngenerator partman {\n  provider = "partman-generator"\n  output   = "../generated/partman"\n}\n',
    ),
    '.gitignore': 'node_modules\n# of Prisma\n/generated/prisma\n/generated/partman\n.env',
    'src/db.ts': `import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../generated/prisma/client.js'
import { partman } from '@partman/prisma-extension'
import { config } from '../generated/partman/partman.js'

const adapter = new PrismaPg({ connectionString: process.env['DATABASE_URL'] })

export const prisma = new PrismaClient({ adapter }).$extends(partman(config))
`,
    'package.json': before['package.json']?.replace(
      '"partman check --json"',
      '"partman check --json",\n    "partman:migrate": "partman migrate dev",\n    "partman:maintain": "partman maintain"',
    ),
    '.github/workflows/ci.yml': before['.github/workflows/ci.yml']?.replace(
      'migrate deploy\n',
      'migrate deploy\n      - name: Check the partitions\n        run: npx partman check\n',
    ),
  })
  await expectSettled(project)
})

test('a project with several schema files, and a client that survives reloading, is set up', async () => {
  const project = await createProject(MULTI_FILE)
  const before = await project.sources()
  const { exitCode, stdout } = await project.partman(['init', '--json'])
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    0,
    {
      version: 1,
      dryRun: false,
      changed: [
        { path: 'prisma/schema/base.prisma', what: 'the generator block', diff: expect.stringContaining('+generator partman {') },
        { path: 'src/lib/prisma.ts', what: 'the client extension', diff: expect.any(String) },
        { path: 'package.json', what: 'script partman:migrate, script partman:check, script partman:maintain', diff: expect.any(String) },
      ],
      left: [
        {
          place: '.github/workflows',
          reason: 'there is no GitHub workflow',
          todo: 'In CI, after `prisma generate` and `prisma migrate deploy`, with DATABASE_URL set, run `pnpm exec partman check`.',
        },
      ],
      nextSteps: [
        'pnpm add @partman/core @partman/prisma-extension pg',
        'pnpm add --save-dev @partman/generator @partman/cli',
        expect.stringContaining('Annotate a model'),
        'pnpm exec prisma generate',
        'pnpm exec partman migrate dev --name partitions',
      ],
    },
  ])
  expect(await changesOf(project, before)).toEqual({
    'prisma/schema/base.prisma': `${before['prisma/schema/base.prisma']}
generator partman {
  provider = "partman-generator"
  output   = "../../src/generated/partman"
}
`,
    'src/lib/prisma.ts': `import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../generated/client/client";
import { partman } from "@partman/prisma-extension";
import { config } from "../generated/partman/partman";

function createPrismaClient() {
\treturn new PrismaClient({ adapter }).$extends(partman(config));
}

const globalForPrisma = globalThis as unknown as {
\tprisma: ReturnType<typeof createPrismaClient> | undefined;
};

const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL });

export const prisma = globalForPrisma.prisma ?? createPrismaClient();

if (process.env.NODE_ENV !== "production") globalForPrisma.prisma = prisma;
`.replaceAll('\n', '\r\n'),
    'package.json':
      '{\n\t"name": "site",\n\t"private": true,\n\t"type": "module",\n\t"scripts": {\n\t\t"partman:migrate": "partman migrate dev",\n\t\t"partman:check": "partman check",\n\t\t"partman:maintain": "partman maintain"\n\t}\n}\n',
  })
  await expectSettled(project)
})

test('a service that is the client becomes the extended client, for whoever is injected it', async () => {
  const database = await testDatabase()
  const project = await createProject(NEST_LIKE, database.url)
  const before = await project.sources()
  // Here the compiler can look at the client as it is.
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(await project.partman(['init'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(Object.keys(await changesOf(project, before))).toEqual(['package.json', 'prisma/schema.prisma', 'src/prisma/prisma.service.ts'])
  expect(await project.read('src/prisma/prisma.service.ts')).toBe(`import { PrismaPg } from '@prisma/adapter-pg';
import { Injectable, type OnModuleInit } from '../framework';
import { PrismaClient } from '../generated/prisma/client';
import { type PartmanClient, partman } from '@partman/prisma-extension';
import { config } from '../generated/partman/partman';

@Injectable()
export class PrismaService extends PrismaClient implements OnModuleInit {
  declare readonly $partman: () => PartmanClient<typeof config>;

  connected = false;

  constructor() {
    super({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
    // The extended client, which has what this class has: no other place needs to change.
    return this.$extends(partman(config)) as unknown as this;
  }

  async onModuleInit() {
    await this.$connect();
    this.connected = true;
  }
}
`)
  await expectSettled(project)

  expect(await project.partman(['migrate', 'dev', '--name', 'init'])).toMatchObject({ exitCode: 0 })
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  expect(project.compile({ emit: true })).toBe('')
  const main = execFileSync(process.execPath, [join(project.path, 'dist/main.js')], {
    env: { ...process.env, DATABASE_URL: database.url, NODE_NO_WARNINGS: '1' },
    encoding: 'utf8',
  })
  expect(JSON.parse(main)).toEqual({ connected: true, events: 1 })
})

test('with --dry-run it writes nothing, and shows a diff that git applies', async () => {
  const project = await createProject(SINGLE_FILE)
  const before = await project.sources()
  const { exitCode, stdout } = await project.partman(['init', '--dry-run'])
  expect(exitCode).toBe(0)
  expect(await project.sources()).toEqual(before)
  expect(stdout).toContain(`--- a/src/db.ts
+++ b/src/db.ts
@@ -1,6 +1,8 @@
 import { PrismaPg } from '@prisma/adapter-pg'
 import { PrismaClient } from '../generated/prisma/client.js'
+import { partman } from '@partman/prisma-extension'
+import { config } from '../generated/partman/partman.js'
 
 const adapter = new PrismaPg({ connectionString: process.env['DATABASE_URL'] })
 
-export const prisma = new PrismaClient({ adapter })
+export const prisma = new PrismaClient({ adapter }).$extends(partman(config))
`)
  expect(stdout).toContain('would change  src/db.ts  the client extension\n')

  const diff = stdout.slice(0, stdout.indexOf('\nwould change'))
  execFileSync('git', ['apply', '-'], { cwd: project.path, input: diff, env: { ...process.env, GIT_CEILING_DIRECTORIES: '/' } })
  const applied = await project.sources()
  for (const [path, content] of Object.entries(before)) await project.write(path, content)
  await project.partman(['init'])
  expect(await project.sources()).toEqual(applied)
})

test('a project without annotations passes the check that CI runs', async () => {
  const database = await testDatabase()
  const project = await createProject(SINGLE_FILE, database.url)
  await project.partman(['init'])
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(await project.prisma(['migrate', 'dev', '--name', 'init'])).toMatchObject({ exitCode: 0 })
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
})

const SCHEMA = SINGLE_FILE['prisma/schema.prisma']
const PARTMAN = 'generator a {\n  provider = "partman-generator"\n}\n'

test.each([
  {
    name: 'no Prisma schema',
    files: { 'prisma.config.ts': "export default { schema: 'elsewhere.prisma' }\n" },
    error: { code: 'PRISMA_SCHEMA_NOT_FOUND', message: 'There is no Prisma schema at elsewhere.prisma' },
  },
  {
    name: 'a configuration that does not load',
    files: { 'prisma.config.ts': "throw new Error('not today')\n" },
    error: { code: 'PRISMA_CONFIG_INVALID', message: expect.stringContaining('not today') },
  },
  {
    name: 'another database',
    files: { 'prisma/schema.prisma': SCHEMA.replace('"postgresql"', '"mysql"') },
    error: { code: 'DATASOURCE_UNSUPPORTED', message: 'prisma/schema.prisma:7:1: the datasource is "mysql", not "postgresql"' },
  },
  {
    name: 'no datasource',
    files: { 'prisma/schema.prisma': SCHEMA.replace(/datasource[^}]*\}/, '') },
    error: { code: 'DATASOURCE_UNSUPPORTED', message: 'The Prisma schema at prisma/schema.prisma has no datasource' },
  },
  {
    name: 'no generator of a client',
    files: { 'prisma/schema.prisma': SCHEMA.replace('"prisma-client"', '"prisma-erd"') },
    error: { code: 'CLIENT_GENERATOR_MISSING', message: 'The Prisma schema at prisma/schema.prisma has no generator of a Prisma client' },
  },
  {
    name: 'two generator blocks of partman',
    files: { 'prisma/schema.prisma': `${SCHEMA}\n${PARTMAN}\n${PARTMAN.replace('a {', 'b {')}` },
    error: { code: 'GENERATOR_NOT_FOUND', message: expect.stringContaining('more than one partman generator') },
  },
  {
    name: 'a package.json that is none',
    files: { 'package.json': '{ "name": "shop", "scripts": [] }\n' },
    error: { code: 'PACKAGE_JSON_INVALID', message: 'package.json cannot be read: it is not an object with scripts' },
  },
  {
    name: 'a tsconfig.json that is none',
    files: { 'tsconfig.json': '{ "compilerOptions": {' },
    error: { code: 'TSCONFIG_INVALID', message: "tsconfig.json cannot be read: '}' expected." },
  },
])('$name is an error, and nothing is written', async ({ files, error }) => {
  const project = await createProject({ ...SINGLE_FILE, ...files })
  const before = await project.sources()
  const { exitCode, stdout } = await project.partman(['init', '--json'])
  expect([exitCode, JSON.parse(stdout)]).toEqual([1, { version: 1, error: { ...error, hint: expect.any(String) } }])
  expect(await project.sources()).toEqual(before)
})

test('a folder without package.json is an error', async () => {
  const project = await createProject(SINGLE_FILE)
  await project.removeFile('package.json')
  expect(await project.partman(['init'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'error: There is no package.json in this folder\nRun the command in the folder of the project.\n',
  })
})
