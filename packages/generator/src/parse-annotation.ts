import { type Token, TokenReader } from './annotation-tokens.js'
import { type ArgumentValue, parseValue, unclosed } from './parse-value.js'
import type { Position, Problem } from './problem.js'
import type { CommentLine } from './scan-schema.js'
import { editDistance } from './suggest-name.js'
import { describeToken, fail, SyntaxProblem } from './syntax-problem.js'

export interface Argument {
  readonly name: string
  readonly position: Position
  readonly value: ArgumentValue
}

/** An annotation as it is written, before anybody asked whether its name and arguments exist. */
export interface Annotation {
  /** Without the `@`: `partman`, `partman.tenants`. */
  readonly name: string
  readonly position: Position
  /** Undefined where they cannot be read. */
  readonly arguments: readonly Argument[] | undefined
}

const START = /^[ \t]*@([A-Za-z]\w*(?:\.\w*)*)/
const FORM = 'An annotation looks like this: @partman(by: createdAt, interval: "1 day")'

/** Whether a line of documentation begins with an annotation of ours, or with what can only be meant as one. */
export function startsAnnotation(line: string): boolean {
  const [start = '', name = ''] = START.exec(line) ?? []
  const [root = ''] = name.split('.')
  if (root === 'partman') return true
  return (line[start.length] === '(' || name.includes('.')) && editDistance(root.toLowerCase(), 'partman') <= 1
}

/**
 * Parses the annotations in consecutive lines of documentation. Each begins a line and ends at its closing parenthesis,
 * on that line or a later one. What cannot be read becomes a problem; those after it are read all the same.
 */
export function parseAnnotations(lines: readonly CommentLine[], problems: Problem[]): Annotation[] {
  const annotations: Annotation[] = []
  let index = 0
  while (index < lines.length) {
    const line = lines[index]
    if (!line || !startsAnnotation(line.text)) {
      index++
      continue
    }
    const end = lines.findIndex(({ text }, other) => other > index && startsAnnotation(text))
    const tokens = new TokenReader(lines.slice(index, end === -1 ? undefined : end))
    const annotation = parseAnnotation(tokens, problems)
    if (annotation) annotations.push(annotation)
    index += Math.max(1, tokens.linesRead())
  }
  return annotations
}

function parseAnnotation(tokens: TokenReader, problems: Problem[]): Annotation | undefined {
  const { position } = tokens.read()
  const [, name = ''] = START.exec(tokens.text) ?? []
  tokens.moveTo(tokens.text.indexOf('@') + 1 + name.length)
  const open = tokens.read()
  if (open.kind === 'end' || tokens.isPastFirstLine()) {
    tokens.moveTo(0)
    return { name, position, arguments: [] }
  }
  if (open.text !== '(') {
    const hint = `${FORM}. Prose must not begin a line with @${name}.`
    problems.push({ position: open.position, message: `Unexpected ${describeToken(open)} after @${name}`, hint })
    return undefined
  }
  try {
    const parsed = parseArguments(tokens, open)
    const rest = tokens.restOfLine()
    if (rest) throw fail({ position: rest }, `Unexpected text behind @${name}(...)`, 'Put it on a `///` line of its own.')
    return { name, position, arguments: parsed }
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    problems.push(error.problem)
    return { name, position, arguments: undefined }
  }
}

function parseArguments(tokens: TokenReader, open: Token): Argument[] {
  const parsed: Argument[] = []
  let next = tokens.read()
  while (next.text !== ')') {
    const argument = parseArgument(tokens, next, open)
    parsed.push(argument)
    next = tokens.read()
    if (next.text === ')') break
    if (next.kind === 'end') throw unclosed(open)
    if (next.text !== ',') {
      throw fail(next, `Expected a comma or a closing parenthesis, found ${describeToken(next)}`, hintAfterValue(argument, next))
    }
    next = tokens.read()
  }
  return parsed
}

function parseArgument(tokens: TokenReader, name: Token, open: Token): Argument {
  if (name.kind === 'end') throw unclosed(open)
  if (name.kind !== 'identifier') throw fail(name, `Expected the name of an argument, found ${describeToken(name)}`, FORM)
  const colon = tokens.read()
  if (colon.text !== ':') throw fail(colon.kind === 'end' ? name : colon, `Expected a colon after "${name.text}"`, FORM)
  return { name: name.text, position: name.position, value: parseValue(tokens, name.text, open) }
}

function hintAfterValue({ name, value }: Argument, found: Token): string {
  if (value.kind === 'integer' && found.kind === 'identifier') return `Write text in double quotes: ${name}: "${value.text} ${found.text}"`
  if (value.kind === 'integer' && found.text === '.') return 'A number is a whole one.'
  return 'Put a comma between arguments.'
}
