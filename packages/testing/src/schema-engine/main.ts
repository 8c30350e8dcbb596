import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { DatabaseCommandError, type DatabaseVerb, runDatabaseCommand } from './database-command.js'
import { type Datasource, migrationAdapterFactory } from './migration-adapter.js'
import { answer, type Request } from './rpc.js'
import { resolveScriptMode } from './script-mode.js'
import { loadEngine } from './wasm-engine.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', short: 'd', multiple: true },
    datasource: { type: 'string' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
})
const datasource = JSON.parse(values.datasource ?? '{}') as Datasource

if (values.version === true) process.stdout.write('schema-engine-cli 0000000000000000000000000000000000000000\n')
else if (positionals[0] === 'cli') await runCli(positionals[1] as DatabaseVerb)
else await serve()

async function runCli(verb: DatabaseVerb): Promise<void> {
  try {
    await runDatabaseCommand(verb, datasource.url ?? '')
  } catch (error) {
    // The CLI skips the first line, where the native engine says that it starts.
    log('INFO', { message: 'Starting schema engine CLI' })
    const code = error instanceof DatabaseCommandError ? error.code : undefined
    log('ERROR', { message: (error as Error).message, error_code: code, is_panic: false, meta: null })
    process.exitCode = 1
  }
}

async function serve(): Promise<void> {
  const factory = migrationAdapterFactory(datasource, resolveScriptMode())
  const files = values.datamodels ?? []
  const datamodels = await Promise.all(files.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'utf8')]))
  const { engine, describe } = await loadEngine(factory, datamodels)
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    const message = JSON.parse(line) as Request | { method?: undefined }
    if (message.method === undefined) continue
    for (const response of await answer(engine, message, describe)) process.stdout.write(`${JSON.stringify(response)}\n`)
  }
  process.exit()
}

function log(level: 'INFO' | 'ERROR', fields: object): void {
  process.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' })}\n`)
}
