import type { DiffResult, SchemaEngine } from '@prisma/schema-engine-wasm'
import type { EngineFailure } from './wasm-engine.js'

/** One JSON-RPC request of the Prisma CLI. */
export interface Request {
  readonly id: number
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** JSON-RPC code of the native engine for an error that it knows, and for one that it does not. */
const KNOWN_ERROR = 4466
const DETAILS_IN_DATA = 'An error happened. Check the data field for details.'
const METHOD_NOT_FOUND = -32601

type Call = (params: unknown) => Promise<unknown>

/** The CLI leaves these out, the WebAssembly build wants them as null. */
const MISSING_PARAMS: Readonly<Record<string, Readonly<Record<string, null>>>> = {
  diff: { exitCode: null },
  introspect: { namespaces: null },
}

/**
 * The WebAssembly build evaluates only migrations whose outcome it remembers, as a diagnosis leaves it behind. The CLI asks for one at the
 * beginning; after it has applied pending migrations, there is none of them.
 */
async function rememberMigrations(engine: SchemaEngine, params: Request['params']): Promise<void> {
  const { migrationsList, filters } = params as unknown as Parameters<SchemaEngine['devDiagnostic']>[0]
  await engine.devDiagnostic({ migrationsList, filters })
}

/** The messages that the native engine would write for a request: sometimes one to be printed, and at last the response. */
export async function answer(engine: SchemaEngine, request: Request, describe: (error: unknown) => EngineFailure): Promise<object[]> {
  const { id, method } = request
  const respond = (content: object) => ({ jsonrpc: '2.0', id, ...content })
  const name = method === 'getDatabaseVersion' ? 'version' : method
  const call = (engine as unknown as Record<string, Call | undefined>)[name]
  if (typeof call !== 'function') return [respond({ error: { code: METHOD_NOT_FOUND, message: `Method not found: ${method}` } })]
  try {
    if (method === 'evaluateDataLoss') await rememberMigrations(engine, request.params)
    const result = (await call.call(engine, { ...MISSING_PARAMS[method], ...request.params })) ?? {}
    if (method !== 'diff') return [respond({ result })]
    // The CLI shows a difference only when it comes as a request of the engine to print it.
    const { stdout, exitCode } = result as DiffResult
    const print = { jsonrpc: '2.0', id: `print ${id}`, method: 'print', params: { content: stdout ?? '' } }
    return [print, respond({ result: { exitCode, stdout: null } })]
  } catch (error) {
    const { message, isPanic, errorCode } = describe(error)
    const data = { is_panic: isPanic, message, error_code: errorCode, meta: null }
    return [respond({ error: { code: KNOWN_ERROR, message: isPanic ? message : DETAILS_IN_DATA, data } })]
  }
}
