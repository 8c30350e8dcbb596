import type { ParseResult, RawStmt } from 'libpg-query'
import { PartmanError } from '../error.js'

/** One statement of a script: its syntax tree and where its text lies, as byte offsets into the UTF-8 text. */
export interface Statement {
  readonly node: NonNullable<RawStmt['stmt']>
  readonly start: number
  readonly end: number
}

/**
 * Parses a script with PostgreSQL's own grammar. The parser (WebAssembly, about 50 ms to load) is loaded at the first call.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE` when it is not SQL that PostgreSQL 18 reads; `file` names the script there.
 */
export async function parseStatements(sql: string, file = 'migration.sql'): Promise<Statement[]> {
  if (sql === '') return []
  const end = Buffer.byteLength(sql)
  const { stmts = [] } = await parseScript(sql, file)
  return stmts.flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) =>
    stmt ? [{ node: stmt, start, end: length ? start + length : end }] : [],
  )
}

async function parseScript(sql: string, file: string): Promise<ParseResult> {
  const { hasSqlDetails, parse } = await import('libpg-query')
  try {
    return await parse(sql)
  } catch (cause) {
    // The parser counts the error's position in characters, the syntax tree's positions are bytes.
    const offset = hasSqlDetails(cause) ? (cause.sqlDetails?.cursorPosition ?? 0) : 0
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new PartmanError('MIGRATION_UNREADABLE', `${file}:${formatPosition([...sql].slice(0, offset).join(''))}: ${message}`, {
      hint: 'Correct the file by hand; PostgreSQL would refuse it as well.',
      cause,
    })
  }
}

/** Byte ranges of the tokens in a piece of SQL, with the one character of those that are one character. */
export async function scanTokens(sql: string): Promise<{ start: number; end: number; symbol: string | null }[]> {
  const { scan } = await import('libpg-query')
  // Control characters are left raw in the JSON that the scanner answers with; a space each keeps the offsets.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const { tokens } = await scan(sql.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ' '))
  return tokens.map(({ start, end, tokenType }) => ({ start, end, symbol: tokenType < 128 ? String.fromCharCode(tokenType) : null }))
}

/** `line:column` of the end of a text, both counted from 1. */
export function formatPosition(before: string): string {
  const lines = before.split('\n')
  return `${lines.length}:${[...(lines.at(-1) ?? '')].length + 1}`
}
