import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { version } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { type Datasource, migrationAdapterFactory } from './migration-adapter.js'
import { answer, type Request } from './rpc.js'
import { resolveScriptMode } from './script-mode.js'
import { instantiate, loadEngine } from './wasm-engine.js'

/** Writes the line that `prisma --version` reads. */
export async function writeVersion(): Promise<void> {
  await instantiate()
  process.stdout.write(`schema-engine-cli ${version()}\n`)
}

/** Answers the CLI's requests on standard input, one JSON message a line, until it ends. */
export async function serve(datasource: Datasource, schemaFiles: readonly string[]): Promise<void> {
  const factory = migrationAdapterFactory(datasource, resolveScriptMode())
  const datamodels = await Promise.all(schemaFiles.map(async (path): Promise<[string, string]> => [path, await readFile(path, 'utf8')]))
  const { engine, describe } = await loadEngine(factory, datamodels)
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    const message = JSON.parse(line) as Request | { method?: undefined }
    // Without a method it is the answer to a request of ours to print something.
    if (message.method === undefined) continue
    for (const response of await answer(engine, message, describe)) process.stdout.write(`${JSON.stringify(response)}\n`)
  }
  process.exit()
}
