import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

/** A failure as the Prisma CLI expects it from the native engine. */
export interface EngineFailure {
  readonly message: string
  readonly isPanic: boolean
  /** A Prisma code such as P3018, when the failure is the user's to solve. */
  readonly errorCode?: string
}

/** Starts the WebAssembly build of Prisma's schema engine; `describe` turns what its calls throw into an EngineFailure. */
export async function loadEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodels: [string, string][],
): Promise<{ engine: bindings.SchemaEngine; describe(error: unknown): EngineFailure }> {
  let panic: string | undefined
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        panic = message
      },
    },
  })
  await instantiate()
  const adapter = bindMigrationAwareSqlAdapterFactory(factory)
  const describe = (error: unknown): EngineFailure => {
    if (panic !== undefined) return { message: panic, isPanic: true }
    const { message, code } = error instanceof Error ? (error as Error & { code?: string }) : { message: String(error) }
    return { message, isPanic: false, ...(code === undefined ? {} : { errorCode: code }) }
  }
  const engine = await bindings.SchemaEngine.new({ datamodels: datamodels.length === 0 ? undefined : datamodels }, () => {}, adapter)
  return { engine, describe }
}

/** Makes the functions of the WebAssembly build callable. */
export async function instantiate(): Promise<void> {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(join(dirname(glue), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings })
  const internals = bindings as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void }
  internals.__wbg_set_wasm(instance.exports)
  ;(instance.exports['__wbindgen_start'] as () => void)()
}
