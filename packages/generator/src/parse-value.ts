import type { Token, TokenReader } from './annotation-tokens.js'
import type { Position } from './problem.js'
import { describeToken, fail, type SyntaxProblem } from './syntax-problem.js'

/** One word or text in an annotation, with the place it is written at. `true`, `false` and `null` are kinds of their own. */
export interface ScalarValue {
  readonly kind: 'identifier' | 'string' | 'integer' | 'boolean' | 'null'
  /** Without quotes. */
  readonly text: string
  readonly position: Position
}

/** `[a, b]`, at its opening bracket. */
export interface ArrayValue {
  readonly kind: 'array'
  readonly items: readonly ArgumentValue[]
  readonly position: Position
}

export type ArgumentValue = ScalarValue | ArrayValue

const KEYWORDS: ReadonlyMap<string, ScalarValue['kind']> = new Map([
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['null', 'null'],
])

/** Parses the value of an argument; `open` is the parenthesis that it stands in. */
export function parseValue(tokens: TokenReader, argument: string, open: Token): ArgumentValue {
  return valueFrom(tokens.read(), tokens, argument, open)
}

export function unclosed(open: Token): SyntaxProblem {
  const name = open.text === '[' ? 'bracket' : 'parenthesis'
  return fail(open, `The ${name} is never closed`, 'Close it on this `///` line, or on a `///` line that follows without a gap.')
}

function valueFrom(value: Token, tokens: TokenReader, argument: string, open: Token): ArgumentValue {
  if (value.kind === 'end') throw unclosed(open)
  if (value.kind === 'open') throw fail(value, 'The string is not closed on its line', 'Close it with a double quote.')
  if (value.text === '[') return { kind: 'array', items: parseItems(tokens, argument, value), position: value.position }
  if (value.text === "'" || value.text === '`') {
    throw fail(value, `A string begins with ${describeToken(value)}`, 'Write strings in double quotes.')
  }
  if (value.kind === 'sign') {
    const hint = 'A value is a name, a "text", a whole number, true, false, null, or [several of these].'
    throw fail(value, `Expected a value for "${argument}", found ${describeToken(value)}`, hint)
  }
  const kind = value.kind === 'identifier' ? (KEYWORDS.get(value.text) ?? 'identifier') : value.kind
  return { kind, text: unescapeText(value), position: value.position }
}

function parseItems(tokens: TokenReader, argument: string, open: Token): ArgumentValue[] {
  const items: ArgumentValue[] = []
  let next = tokens.read()
  while (next.text !== ']') {
    items.push(valueFrom(next, tokens, argument, open))
    next = tokens.read()
    if (next.text === ']') break
    if (next.kind === 'end') throw unclosed(open)
    if (next.text !== ',') {
      throw fail(next, `Expected a comma or a closing bracket, found ${describeToken(next)}`, 'Put a comma between values.')
    }
    next = tokens.read()
  }
  return items
}

function unescapeText({ kind, text }: Token): string {
  return kind === 'string' ? text.slice(1, -1).replaceAll(/\\(.)/gsu, '$1') : text
}
