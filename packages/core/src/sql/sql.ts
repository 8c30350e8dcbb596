import { PartmanError } from '../error.js'
import type { TableName } from '../policy/document.js'
import { MAX_NAME_BYTES } from '../state/partition-name.js'

declare const safe: unique symbol

/** SQL text that is safe to send: made only in this file, from constant text and quoted values. */
export type Sql = string & { readonly [safe]: true }

/** Writes SQL; what is put in must be SQL itself, so a plain string does not type-check. */
export function sql(text: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return String.raw({ raw: text }, ...parts) as Sql
}

/** Joins pieces of SQL. */
export function joinSql(parts: readonly Sql[], separator: ', ' | '\n' | ' UNION ALL ' | ' AND ' | ' OR '): Sql {
  return parts.join(separator) as Sql
}

/**
 * Quotes an identifier.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 *
 * @throws PartmanError `NAME_INVALID` for a name that PostgreSQL would cut or cannot store
 */
export function identifier(name: string): Sql {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new PartmanError(
      'NAME_INVALID',
      `${JSON.stringify(name)} cannot be a PostgreSQL name: it needs 1 to ${MAX_NAME_BYTES} bytes without NUL`,
    )
  }
  return `"${name.replaceAll('"', '""')}"` as Sql
}

/** Quotes a table's name together with its schema. */
export function qualified({ schema, name }: TableName): Sql {
  return `${identifier(schema)}.${identifier(name)}` as Sql
}

/**
 * Quotes a string constant, whatever `standard_conforming_strings` says.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS
 */
export function literal(text: string): Sql {
  if (text.includes('\0')) throw new PartmanError('NAME_INVALID', 'PostgreSQL cannot store a NUL character')
  const quoted = text.replaceAll("'", "''")
  return (quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`) as Sql
}

/** Writes a whole number. */
export function integer(value: number | bigint): Sql {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new PartmanError('NAME_INVALID', `${value} is not a whole number`)
  return String(value) as Sql
}

/** Writes text as comment lines; the text cannot end the comment. */
export function comment(text: string): Sql {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `-- ${line}`)
    .join('\n') as Sql
}

/** An anonymous PL/pgSQL block, quoted with a dollar tag that its body does not contain. */
export function doBlock(body: Sql): Sql {
  return `DO ${dollarQuoted('partman', body)}` as Sql
}

/** A body between dollar tags that it does not contain. */
export function dollarQuoted(name: 'partman' | 'make_tenants', body: Sql): Sql {
  let tag = `$${name}$`
  for (let n = 1; body.includes(tag); n++) tag = `$${name}${n}$`
  return `${tag}\n${body}\n${tag}` as Sql
}

/** SQL text that PostgreSQL itself has printed of its catalog, such as what pg_get_indexdef gives: it has quoted the names in it. */
export function printedSql(text: string): Sql {
  return text as Sql
}

/** SQL text of a constant in the code, for statements too long for a template; never for text from outside. */
export function constantSql(text: string): Sql {
  return text as Sql
}
