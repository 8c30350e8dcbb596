// Measures what partman adds to `prisma generate` on a schema of 200 models: node bench/generate.bench.mjs [rounds]
// Prints the median of each combination of generators, taken in turns so that a busy machine is busy for all of them.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROUNDS = Number(process.argv[2] ?? 7)
const MODELS = 200
const workspace = fileURLToPath(new URL('../../../', import.meta.url))

const GENERATORS = {
  client: 'generator client {\n  provider = "prisma-client"\n  output = "../generated/client"\n}\n',
  partman: 'generator partman {\n  provider = "partman-generator"\n}\n',
}
const COMBINATIONS = { 'prisma-client': ['client'], 'prisma-client + partman': ['client', 'partman'], partman: ['partman'] }

function model(index) {
  const fields = Array.from({ length: 12 }, (_, field) => `  field${field} ${['String', 'Int', 'Boolean', 'Json'][field % 4]}`).join('\n')
  // A tenth of the models partitioned is more than any real schema has.
  if (index % 10 === 0) {
    return `/// @partman(by: createdAt, interval: "1 day", retention: "30 days", tenant: projectId)
model Event${index} {
  id String
  projectId String
  createdAt DateTime @db.Timestamptz(6)
${fields}
  @@id([id, projectId, createdAt])
}
`
  }
  const relation =
    index % 10 === 1 ? '' : `  previous Item${index - 1} @relation(fields: [previousId], references: [id])\n  previousId Int\n`
  const back = index % 10 === 9 || index === MODELS - 2 ? '' : `  next Item${index + 1}[]\n`
  return `model Item${index} {\n  id Int @id\n${relation}${back}${fields}\n}\n`
}

const schema = `/// @partman.tenants\nmodel Project {\n  id String @id\n}\n\n${Array.from({ length: MODELS - 1 }, (_, index) => model(index)).join('\n')}`

function project(folder, generators) {
  mkdirSync(join(folder, 'prisma'), { recursive: true })
  symlinkSync(join(workspace, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const blocks = generators.map((name) => GENERATORS[name]).join('\n')
  writeFileSync(join(folder, 'prisma/schema.prisma'), `datasource db {\n  provider = "postgresql"\n}\n\n${blocks}\n${schema}`)
}

function generate(folder) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(workspace, 'node_modules/prisma/build/index.js'), 'generate'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(workspace, 'node_modules/.bin')}:${process.env.PATH}`,
      // `generate` only wants to know that there is an engine.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  })
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}${stderr}`)
  return { total: performance.now() - started, partman: reported(stdout, 'partman'), client: reported(stdout, 'Prisma Client') }
}

/** What Prisma says a generator took, in milliseconds. */
function reported(stdout, name) {
  const [, amount, unit] = new RegExp(`Generated ${name}.* in ([\\d.]+)(ms|s)`).exec(stdout) ?? []
  return Number(amount) * (unit === 's' ? 1000 : 1)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

const root = mkdtempSync(join(workspace, 'node_modules/.generate-bench-'))
try {
  const runs = Object.entries(COMBINATIONS).map(([name, generators], index) => {
    const folder = join(root, String(index))
    project(folder, generators)
    return { name, folder, times: [] }
  })
  for (const { folder } of runs) generate(folder)
  for (let round = 0; round < ROUNDS; round++) for (const run of runs) run.times.push(generate(run.folder))
  for (const { name, times } of runs)
    print(
      `${name.padEnd(24)} ${median(times.map(({ total }) => total))
        .toFixed(0)
        .padStart(6)} ms`,
    )
  const [client, both] = runs.map(({ times }) => median(times.map(({ total }) => total)))
  print(`partman adds ${(both - client).toFixed(0)} ms to ${client.toFixed(0)} ms: a factor of ${((both - client) / client).toFixed(2)}`)
  const [, together] = runs
  const [clientAlone, partmanAlone] = ['client', 'partman'].map((name) => median(together.times.map((time) => time[name])))
  print(
    `In the same run, by Prisma's own count: prisma-client ${clientAlone} ms, partman ${partmanAlone} ms, a factor of ${(partmanAlone / clientAlone).toFixed(2)}`,
  )
} finally {
  rmSync(root, { recursive: true, force: true })
}
