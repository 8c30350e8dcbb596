import { PartmanError } from '../error.js'
import type { Bound, RangeDatum } from '../state/bound.js'

type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string }

const TOKEN = /\s*(?:(E?)'((?:[^']|'')*)'|([A-Za-z_]+|-?[0-9.]+(?:[eE][-+]?\d+)?)|([(),]))/y

/**
 * Parses the text that `pg_get_expr(relpartbound)` gives for a partition's bound.
 *
 * @throws PartmanError `BOUND_UNREADABLE`
 */
export function parseBound(text: string): Bound {
  if (text === 'DEFAULT') return { kind: 'default' }
  const tokens = tokenize(text)
  const expect = (...words: string[]) => {
    for (const word of words) {
      const token = tokens.shift()
      if (token?.kind === 'string' || token?.text !== word) throw unreadable(text)
    }
  }
  const group = (): Token[] => {
    expect('(')
    const end = tokens.findIndex((token) => token.kind === 'mark' && token.text === ')')
    if (end < 0) throw unreadable(text)
    const inside = tokens.splice(0, end + 1).slice(0, -1)
    return inside.filter((token) => token.kind !== 'mark')
  }
  expect('FOR', 'VALUES')
  const method = tokens.shift()?.text
  switch (method) {
    case 'FROM': {
      const from = group().map(rangeDatum)
      expect('TO')
      return { kind: 'range', from, to: group().map(rangeDatum) }
    }
    case 'IN':
      return { kind: 'list', values: group().map((token) => (token.kind === 'word' && token.text === 'NULL' ? null : token.text)) }
    case 'WITH': {
      const [, modulus, , remainder] = group()
      return { kind: 'hash', modulus: Number(modulus?.text), remainder: Number(remainder?.text) }
    }
    default:
      throw unreadable(text)
  }
}

function rangeDatum(token: Token): RangeDatum {
  if (token.kind === 'word' && token.text === 'MINVALUE') return 'minvalue'
  if (token.kind === 'word' && token.text === 'MAXVALUE') return 'maxvalue'
  return { value: token.text }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (!match) throw unreadable(text)
    const [, prefix, string, word, mark] = match
    if (string !== undefined) {
      const plain = string.replaceAll("''", "'")
      tokens.push({ kind: 'string', text: prefix ? plain.replaceAll('\\\\', '\\') : plain })
    } else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else tokens.push({ kind: 'mark', text: mark ?? '' })
  }
  return tokens
}

function unreadable(text: string): PartmanError {
  return new PartmanError('BOUND_UNREADABLE', `PostgreSQL gave a partition bound that cannot be read: ${text}`, {
    hint: 'Please report it with the version of PostgreSQL.',
  })
}
