import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { withDatabase } from '../database/connection-string.js'
import type { ScriptMode } from './script-mode.js'
import { splitScript } from './split-script.js'

/** Where the schema engine works; the CLI passes it as JSON. */
export interface Datasource {
  readonly url?: string
  readonly shadowDatabaseUrl?: string
}

/**
 * Connections for the schema engine. Queries are those of `@prisma/adapter-pg`; scripts and shadow databases are not, because that adapter
 * cuts scripts at every semicolon and drops its shadow database while connected to it.
 */
export function migrationAdapterFactory(datasource: Datasource, mode: ScriptMode): SqlMigrationAwareDriverAdapterFactory {
  const connectTo = async (url: string | undefined) => {
    if (url === undefined) throw new Error('The schema engine was started without a datasource URL.')
    return connect(url, mode)
  }
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connectTo(datasource.url),
    async connectToShadowDb() {
      if (datasource.shadowDatabaseUrl) return connectTo(datasource.shadowDatabaseUrl)
      const main = await connectTo(datasource.url)
      const name = `prisma_migrate_shadow_db_${randomUUID()}`
      await main.executeScript(`CREATE DATABASE "${name}"`)
      const shadow = await connectTo(withDatabase(datasource.url ?? '', name))
      const close = shadow.dispose.bind(shadow)
      shadow.dispose = async () => {
        await close()
        await main.executeScript(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
        await main.dispose()
      }
      return shadow
    },
  }
}

async function connect(url: string, mode: ScriptMode): Promise<SqlDriverAdapter> {
  // One session, because the engine relies on session state: an advisory lock, SET.
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const characterColumns = observeCharacterColumns(pool)
  const schema = new URL(url).searchParams.get('schema')
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true, ...(schema === null ? {} : { schema }) }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query)
    for (const column of characterColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character
    return result
  }
  adapter.executeScript = async (script) => {
    const parts = mode === 'whole' ? [script] : await splitScript(script)
    for (const sql of parts) await adapter.executeRaw({ sql, args: [], argTypes: [] })
  }
  return adapter
}

/** Type oid of PostgreSQL's one-byte `"char"`, which catalog columns have and adapter-pg refuses. */
const CHAR = 18

/** Passes `"char"` columns off as text, and remembers by the array of rows which ones they were. */
function observeCharacterColumns(pool: pg.Pool): WeakMap<object, number[]> {
  const found = new WeakMap<object, number[]>()
  const query = pool.query.bind(pool) as (config: pg.QueryConfig) => Promise<pg.QueryResult | pg.QueryResult[]>
  const observed = async (config: pg.QueryConfig) => {
    const result = await query(config)
    if (Array.isArray(result)) return result
    const columns: number[] = []
    for (const [index, field] of result.fields.entries()) {
      if (field.dataTypeID !== CHAR) continue
      field.dataTypeID = pg.types.builtins.TEXT
      columns.push(index)
    }
    found.set(result.rows, columns)
    return result
  }
  pool.query = observed as typeof pool.query
  return found
}
