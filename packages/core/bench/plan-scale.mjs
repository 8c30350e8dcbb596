// How long it takes, and how much memory, to plan for many partitions: everything between the one row that the catalog gives and
// the plan. Each size runs in a process of its own. After a build: node bench/plan-scale.mjs
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 22, 12)
const PREMAKE = 10
const SIZES = [10_000, 30_000, 100_000]
const SHAPES = {
  '100 days of each tenant': (leaves) => ({ tables: 1, tenants: leaves / 100, days: 100 }),
  '500 days of each table': (leaves) => ({ tables: leaves / 500, tenants: 0, days: 500 }),
}

function measure() {
  const temporary = mkdtempSync(join(tmpdir(), 'plan-scale-'))
  try {
    for (const [name, shape] of Object.entries(SHAPES)) {
      for (const leaves of SIZES) {
        writeCase(temporary, shape(leaves))
        const profiled = process.execArgv.filter((argument) => argument.startsWith('--cpu-prof'))
        const { stdout } = spawnSync(process.execPath, [...profiled, fileURLToPath(import.meta.url), temporary], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const { seconds, megabytes, before, text } = JSON.parse(stdout)
        const [micros, kilobytes] = [(seconds / leaves) * 1e6, ((megabytes - before) / leaves) * 1024]
        process.stdout.write(
          `${name}, ${leaves} leaves: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB (${before.toFixed(0)} MB before); ` +
            `${micros.toFixed(1)} µs and ${kilobytes.toFixed(2)} KB a leaf; ${text}\n`,
        )
      }
    }
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

async function plan(folder) {
  const { observeState } = await import('../dist/catalog/observe-state.js')
  const { diffState } = await import('../dist/diff/diff-state.js')
  const { planChanges } = await import('../dist/plan/plan-changes.js')
  const { parseDocument } = await import('../dist/policy/document.js')
  const { wantState } = await import('../dist/state/want-state.js')
  const document = parseDocument(readFileSync(join(folder, 'document.json'), 'utf8'))
  const tenants = new Map([['Tenant', JSON.parse(readFileSync(join(folder, 'tenants.json'), 'utf8'))]])
  const rows = [{ observed: readFileSync(join(folder, 'row.json'), 'utf8') }]
  // A driver keeps nothing of what it has given.
  const database = { query: async () => rows.splice(0) }
  const before = process.resourceUsage().maxRSS / 1024
  const cpu = process.cpuUsage()
  const began = performance.now()
  const { state, takenNames } = await observeState(database, document)
  const observed = performance.now()
  const differences = diffState(wantState(document, { now: NOW, tenants }), state)
  const compared = performance.now()
  const { operations } = planChanges(differences, { now: NOW, takenNames, clocksApartMs: 0 })
  const planned = performance.now()
  const { user, system } = process.cpuUsage(cpu)
  const [observe, diff, decide] = [observed - began, compared - observed, planned - compared].map((ms) => `${Math.round(ms)} ms`)
  const text = `observe ${observe}, diff ${diff}, plan ${decide}, ${((user + system) / 1e6).toFixed(2)} s of processor time, ${operations.length} operations`
  process.stdout.write(
    JSON.stringify({ seconds: (planned - began) / 1000, megabytes: process.resourceUsage().maxRSS / 1024, before, text }),
  )
}

/** What the catalog gives a day after the last maintenance: each series lacks its last day, and its first one has passed the retention. */
function writeCase(folder, { tables, tenants, days }) {
  const keys = Array.from({ length: tenants }, (_, n) => `tenant-${n}`)
  const relations = []
  let oid = 16_384
  const add = (parent, name, bound, method, columns) => {
    const schema = parent === null ? 'public' : 'partman_partitions'
    relations.push([String(++oid), parent, schema, name, false, bound, method, columns, false, null])
    return String(oid)
  }
  const today = Math.floor(NOW / DAY_MS)
  const series = (parent, stem) => {
    for (let day = today + PREMAKE - days; day < today + PREMAKE; day++) {
      const [from, to] = [day, day + 1].map((of) => new Date(of * DAY_MS).toISOString().slice(0, 10))
      add(parent, `${stem}_p${from.replaceAll('-', '')}`, `FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00')`, null, null)
    }
  }
  for (let n = 0; n < tables; n++) {
    const name = `DeliveryAttempt${n}`
    if (tenants === 0) series(add(null, name, null, 'r', ['createdAt']), name)
    else {
      const table = add(null, name, null, 'l', ['projectId'])
      for (const key of keys) {
        const stem = `${name}_${key.replace('-', '_')}_${createHash('sha256').update(key).digest('hex').slice(0, 10)}`
        series(add(table, stem, `FOR VALUES IN ('${key}')`, 'r', ['createdAt']), stem)
      }
    }
  }
  writeFileSync(join(folder, 'row.json'), JSON.stringify({ ...SERVER, relations }))
  writeFileSync(join(folder, 'tenants.json'), JSON.stringify(keys))
  writeFileSync(join(folder, 'document.json'), JSON.stringify(documentFor({ tables, tenants, days })))
}

const SERVER = {
  now: NOW,
  version: 180_004,
  lockCapacity: 6400,
  inRecovery: false,
  bookkeeping: null,
  facts: null,
  marked: null,
  taken: null,
  tenantSources: null,
}

function documentFor({ tables, tenants, days }) {
  const byDay = {
    kind: 'range',
    by: { field: 'createdAt', column: 'createdAt', type: 'timestamptz' },
    interval: '1 day',
    timeZone: 'UTC',
    premake: PREMAKE,
    retention: { kind: 'age', after: `${days - PREMAKE - 1} days`, grace: '1 day' },
  }
  const byTenant = {
    kind: 'tenants',
    by: { field: 'projectId', column: 'projectId', type: 'text' },
    tenants: 'Tenant',
    subpartition: byDay,
  }
  return {
    version: 1,
    schemaHash: 'bench',
    partitionSchema: 'partman_partitions',
    tenantSets: [{ name: 'Tenant', type: 'text', source: null }],
    tables: Array.from({ length: tables }, (_, n) => ({
      model: `DeliveryAttempt${n}`,
      table: { schema: 'public', name: `DeliveryAttempt${n}` },
      policy: tenants === 0 ? byDay : byTenant,
      declaredAt: `schema.prisma:${n + 1}:5`,
    })),
  }
}

const [, , folder] = process.argv
if (folder === undefined) measure()
else await plan(folder)
