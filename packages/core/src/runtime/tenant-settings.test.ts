import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { literal } from '../sql/sql.js'
import { valueLabel } from '../state/partition-name.js'
import { applyOperation } from './apply-operation.js'
import { planMaintenance } from './plan-maintenance.js'

const APPLY = { lockTimeoutMs: 1000, attempts: 1, backoffMs: 1 }

describe.each([PLAIN, HOSTILE])('tenants with settings of their own, with $label', (names) => {
  const whole = webhookDocument(names)
  const document = { ...whole, tables: whole.tables.slice(0, 1) }

  async function prepare(settings: Readonly<Record<string, string | null>>) {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, whole), { firstPartitions: false })
    const rows = Object.entries(settings).map(([key, text]) => `('Project', ${literal(key)}, ${text === null ? 'NULL' : literal(text)})`)
    await test.query(`INSERT INTO partman.tenant (tenants, key, settings) VALUES ${rows.join(', ')}`)
    const plan = async (now: string) =>
      (await planMaintenance(database, document, { clock: { now: () => new Date(now) }, approved: true })).plan
    const maintain = async (now: string) => {
      const planned = await plan(now)
      for (const operation of planned.operations) await applyOperation(database, operation, APPLY)
      return planned
    }
    return { test, plan, maintain }
  }

  it('have as many partitions ahead, and keep them as long, as they ask for', async () => {
    const { plan, maintain } = await prepare({
      plain: null,
      more: '{"premake": 5}',
      longer: '{"retention": "90 days"}',
      ever: '{"retention": null}',
    })
    const created = await maintain('2026-01-10T12:00:00Z')
    const ofTenants = created.operations.map((one) => [
      one.partition.name,
      one.kind === 'create-partition' && one.partition.partitions.length,
    ])
    expect(ofTenants.map(([, partitions]) => partitions).sort()).toEqual([4, 4, 4, 6])
    expect(ofTenants).toContainEqual([expect.stringContaining(valueLabel('more')), 6])
    const retired = async (now: string) => {
      const { operations } = await plan(now)
      const parents = operations.flatMap((one) => (one.kind === 'detach-partition' ? [one.parent.name] : []))
      return ['plain', 'more', 'longer', 'ever'].map((key) => parents.filter((name) => name.includes(valueLabel(key))).length)
    }
    expect(await retired('2026-02-12T12:00:00Z')).toEqual([3, 3, 0, 0])
    expect(await retired('2026-04-13T12:00:00Z')).toEqual([4, 6, 3, 0])
  })

  it('retire nothing by age while their settings cannot be understood, and are told of once', async () => {
    const { test, plan, maintain } = await prepare({ broken: '{"retention": "1 dy"}', also: '{"premake": 0}', whole: null })
    await maintain('2026-01-10T12:00:00Z')
    const found = await plan('2026-03-01T12:00:00Z')
    const parents = new Set(found.operations.flatMap((one) => (one.kind === 'detach-partition' ? [one.parent.name] : [])))
    expect([...parents]).toEqual([expect.stringContaining(valueLabel('whole'))])
    expect(found.findings).toMatchObject([
      {
        code: 'TENANT_SETTINGS_INVALID',
        severity: 'error',
        model: 'DeliveryAttempt',
        message: expect.stringMatching(/^The settings of the tenant "also" \(and of 1 more\) of Project cannot be understood: premake: /),
      },
    ])
    await test.query(`UPDATE partman.tenant SET settings = '{}'`)
    const mended = await plan('2026-03-01T12:00:00Z')
    expect(mended.findings).toEqual([])
    expect(mended.operations.filter(({ kind }) => kind === 'detach-partition').length).toBeGreaterThan(0)
  })
})
