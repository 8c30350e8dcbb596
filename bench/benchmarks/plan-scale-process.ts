// A process of its own: it plans for what it finds in a folder, and prints how long that took.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, diffState, observeState, parseDocument, planChanges, wantState } from '@partman/core'
import { CATALOG_INSTANT } from '../tables/write-catalog.js'

/** Milliseconds, but for the last two. */
export interface PlanTimes {
  readonly parse: number
  readonly observe: number
  readonly diff: number
  readonly plan: number
  /** All of it but `parse`. */
  readonly whole: number
  readonly operations: number
  readonly megabytes: number
}

const read = (name: string) => readFileSync(join(process.argv[2] ?? '', name), 'utf8')
const document = parseDocument(read('document.json'))
const tenants = new Map([['Tenant', JSON.parse(read('tenants.json')) as string[]]])
const rows = [{ observed: read('row.json') }]
// A driver keeps nothing of what it has given.
const database = { query: async () => rows.splice(0) } as unknown as Database
const parseBegun = performance.now()
JSON.parse(rows[0]?.observed ?? '')
const begun = performance.now()
const { state } = await observeState(database, document)
const observed = performance.now()
const differences = diffState(wantState(document, { now: CATALOG_INSTANT, tenants }), state)
const compared = performance.now()
const { operations } = planChanges(differences, { now: CATALOG_INSTANT, takenNames: new Set(), clocksApartMs: 0 })
const planned = performance.now()
const times: PlanTimes = {
  parse: begun - parseBegun,
  observe: observed - begun,
  diff: compared - observed,
  plan: planned - compared,
  whole: planned - begun,
  operations: operations.length,
  megabytes: process.resourceUsage().maxRSS / 1024,
}
process.stdout.write(JSON.stringify(times))
