import { loadModule, parseSync } from 'libpg-query'

/**
 * The statements of an SQL script as PostgreSQL's own grammar sees them, without the comments between them; the whole script as one
 * statement when the grammar does not understand it.
 */
export async function splitScript(script: string): Promise<string[]> {
  await loadModule()
  let statements: { stmt_location?: number; stmt_len?: number }[]
  try {
    statements = parseSync(script).stmts ?? []
  } catch {
    return [script]
  }
  // Positions are in bytes of UTF-8; a missing length means "to the end".
  const bytes = Buffer.from(script)
  return statements.map(({ stmt_location: start = 0, stmt_len: length }) =>
    bytes
      .subarray(start, length === undefined ? undefined : start + length)
      .toString()
      .trim(),
  )
}
