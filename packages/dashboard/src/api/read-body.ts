import { ProblemError } from './problem.js'

/** The largest body that a request may have, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024

/**
 * Reads the JSON of a request, which may neither be large nor take long.
 *
 * @throws ProblemError `BODY_TYPE_UNSUPPORTED`, `BODY_TOO_LARGE`, `BODY_TIMEOUT`, `REQUEST_INVALID`
 */
export async function readBody(request: Request, timeoutMs: number): Promise<{ readonly text: string; readonly value: unknown }> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new ProblemError('BODY_TYPE_UNSUPPORTED', 'Send `content-type: application/json`')
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const text = await readText(request, timeoutMs)
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    throw new ProblemError('REQUEST_INVALID', 'The body is no JSON')
  }
}

async function readText(request: Request, timeoutMs: number): Promise<string> {
  const reader = request.body?.getReader()
  if (!reader) return ''
  const timeout = AbortSignal.timeout(timeoutMs)
  // Ends a read that waits, and tells whoever sends that nobody listens any more.
  const give = () => void reader.cancel().catch(() => undefined)
  timeout.addEventListener('abort', give)
  request.signal.addEventListener('abort', give)
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength
      if (bytes > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(next.value)
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError('REQUEST_INVALID', 'The body broke off')
  } finally {
    timeout.removeEventListener('abort', give)
    request.signal.removeEventListener('abort', give)
    give()
  }
  if (timeout.aborted) throw new ProblemError('BODY_TIMEOUT', `The body did not arrive within ${timeoutMs} ms`)
  if (request.signal.aborted) throw new ProblemError('REQUEST_INVALID', 'The body broke off')
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(): ProblemError {
  return new ProblemError('BODY_TOO_LARGE', `A body has at most ${MAX_BODY_BYTES} bytes`)
}
