import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { BOOKKEEPING_VERSION } from '../migration/bookkeeping.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { renderBound } from '../sql/render-bound.js'
import { renderRegistration } from '../sql/render-registration.js'
import { identifier, literal, qualified } from '../sql/sql.js'
import { observeState } from './observe-state.js'
import { observeTakenNames } from './observe-taken-names.js'
import { observeTenants } from './observe-tenants.js'

describe.each([PLAIN, HOSTILE])('observing a database with $label', (names) => {
  const document = webhookDocument(names)

  it('reads the same whatever the time zone and date style of the session', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document))
    const before = await observeState(database, document)
    await test.query(`SET TimeZone = 'Asia/Seoul'`)
    await test.query(`SET DateStyle = 'SQL, DMY'`)
    const after = await observeState(database, document)
    expect(after.state).toEqual(before.state)
    expect(after.state.tables.map(({ partitions }) => partitions.length)).toEqual([0, 4])
    expect(after.state.tables[1]?.partitions[0]?.bound).toMatchObject({
      from: [{ value: expect.stringMatching(/^\d{4}-\d\d-01 00:00:00\+00$/) }],
    })
    expect((await test.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'Asia/Seoul' }])
  })

  it('reads in the same order, whatever was changed last and however the server goes about it', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document))
    for (const key of ['b', 'a', 'c']) {
      await database.query(renderRegistration(document, 'Project', key, { now: Date.now(), lockTimeoutMs: 1000 }))
    }
    const before = (await observeState(database, document)).state
    const [first] = before.tables[0]!.partitions
    const parent = qualified(names.attempts)
    await test.query(`ALTER TABLE ${parent} DETACH PARTITION ${qualified(first!)}`)
    await test.query(`ALTER TABLE ${parent} ATTACH PARTITION ${qualified(first!)} ${renderBound(first!.bound)}`)
    for (const relation of before.tables[0]!.partitions.slice(0, 2)) await test.query(`GRANT SELECT ON ${qualified(relation)} TO PUBLIC`)
    for (const way of ['enable_seqscan', 'enable_nestloop', 'enable_mergejoin', 'enable_hashjoin']) {
      await test.query(`SET ${way} = off`)
      expect((await observeState(database, document)).state, way).toEqual(before)
      await test.query(`RESET ${way}`)
    }
  })

  it('tells what is missing, plain, detached and in the way', async () => {
    const test = await testDatabase()
    const schema = identifier(names.partitionSchema)
    await test.query(`CREATE SCHEMA ${schema}`)
    if (names.audit.schema !== 'public') await test.query(`CREATE SCHEMA ${identifier(names.audit.schema)}`)
    await test.query(`CREATE TABLE ${qualified(names.audit)} (id int)`)
    await test.query(`CREATE TABLE ${schema}."in the way" (id int)`)
    await test.query(`CREATE TABLE ${schema}.commented (id int)`)
    const marker = {
      table: names.attempts,
      partition: { schema: names.partitionSchema, name: 'commented' },
      parent: names.attempts,
      bound: { kind: 'default' },
      retiredAt: '2026-01-01T00:00:00.000Z',
    }
    await test.query(`COMMENT ON TABLE ${schema}.commented IS ${literal(`partman:retired ${JSON.stringify(marker)}`)}`)
    await test.query(`CREATE TABLE ${schema}.parts (id int) PARTITION BY LIST (id)`)
    const ofParts = { ...marker, partition: { schema: names.partitionSchema, name: 'parts' } }
    await test.query(`COMMENT ON TABLE ${schema}.parts IS ${literal(`partman:retired ${JSON.stringify(ofParts)}`)}`)
    await test.query(`COMMENT ON TABLE ${schema}."in the way" IS 'partman:retired by hand, {not ours}'`)
    const { state, bookkeepingVersion, tenantSources } = await observeState(pgDatabase(test), document)
    expect(state).toMatchObject({
      tables: [{ name: names.audit.name, partitionBy: null, partitions: [] }],
      detached: [
        { schema: names.partitionSchema, name: 'commented', marker },
        { schema: names.partitionSchema, name: 'parts', marker: ofParts, isPartitioned: true },
      ],
    })
    expect(state.detached[0]).not.toHaveProperty('isPartitioned')
    const taken = await observeTakenNames(pgDatabase(test), names.partitionSchema, ['commented', 'free', 'in the way'])
    expect([...taken].sort()).toEqual(['commented', 'in the way'])
    expect([bookkeepingVersion, [...tenantSources]]).toEqual([null, []])
  })

  it('knows the tenants that are registered and those that have a row', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document))
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('row'), ('both'), ('')`)
    await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'both'), ('Project', 'registered'), ('Other', 'else')`)
    const observation = await observeState(database, document)
    expect(observation.bookkeepingVersion).toBe(BOOKKEEPING_VERSION)
    expect(await observeTenants(database, document, observation)).toEqual({
      tenants: new Map([['Project', ['both', 'registered', 'row']]]),
      settings: new Map([['Project', new Map()]]),
      removed: new Map(),
      invalidSettings: [],
      inForce: new Map(),
      approved: new Map(),
      holds: new Map(),
    })
  })

  it('knows what tenants have of their own', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document))
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('a'), ('b')`)
    await test.query(`INSERT INTO partman.tenant (tenants, key, settings) VALUES
      ('Project', 'a', '{"retention": "90 days", "premake": 20}'), ('Project', 'b', '{"retention": "for ever"}'), ('Project', 'c', '{"retention": null}'),
      ('Project', 'd', NULL), ('Other', 'a', '{"premake": 1}')`)
    expect(await observeTenants(database, document, await observeState(database, document))).toEqual({
      tenants: new Map([['Project', ['a', 'b', 'c', 'd']]]),
      settings: new Map([
        [
          'Project',
          new Map([
            ['a', { retention: '90 days', premake: 20 }],
            ['b', { retention: null }],
            ['c', { retention: null }],
          ]),
        ],
      ]),
      removed: new Map(),
      invalidSettings: [{ tenants: 'Project', key: 'b', problem: expect.stringMatching(/^retention: .*for ever/) }],
      inForce: new Map(),
      approved: new Map(),
      holds: new Map(),
    })
  })
})
