import type { Position, Problem } from './problem.js'
import type { CommentLine } from './scan-schema.js'
import { editDistance } from './suggest-name.js'

/** A value in an annotation, with the place it is written at. */
export interface ArgumentValue {
  readonly kind: 'identifier' | 'string' | 'integer'
  readonly text: string
  readonly position: Position
}

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
  readonly arguments: readonly Argument[]
}

const START = /^[ \t]*@([A-Za-z]\w*(?:\.\w*)*)/
const TOKEN = /\s*(?:(?<identifier>[A-Za-z_]\w*)|(?<integer>\d+)|(?<string>"(?:\\.|[^"\\\n])*")|(?<open>")|(?<sign>[\s\S]))/uy
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
 * on that line or a later one. One that cannot be read becomes a problem; those after it are read all the same.
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
    const parser = new AnnotationParser(lines.slice(index, end === -1 ? undefined : end))
    try {
      annotations.push(parser.parse())
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      problems.push(error.problem)
    }
    index += Math.max(1, parser.linesRead())
  }
  return annotations
}

class SyntaxProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
  }
}

interface Token {
  readonly kind: 'identifier' | 'integer' | 'string' | 'open' | 'sign' | 'end'
  readonly text: string
  readonly position: Position
}

class AnnotationParser {
  private readonly text: string
  private offset = 0
  private next: Token

  constructor(private readonly lines: readonly CommentLine[]) {
    this.text = lines.map(({ text }) => text).join('\n')
    this.next = this.read()
  }

  /** How many lines the parser has gone through, whole or in part. */
  linesRead(): number {
    return this.text.slice(0, this.offset).split('\n').length
  }

  parse(): Annotation {
    const name = this.parseName()
    const lineEnd = this.text.indexOf('\n')
    const bare = this.next.kind === 'end' || (lineEnd !== -1 && this.offset > lineEnd)
    if (bare) {
      this.offset = 0
      return { ...name, arguments: [] }
    }
    const open = this.next
    if (open.text !== '(') {
      throw fail(open, `Unexpected ${describe(open)} after @${name.name}`, `${FORM}. Prose must not begin a line with @${name.name}.`)
    }
    const parsed = this.parseArguments(open)
    const rest = /^[^\n]*/.exec(this.text.slice(this.offset))?.[0] ?? ''
    if (rest.trim() !== '') {
      const position = this.positionAt(this.offset + (rest.length - rest.trimStart().length))
      throw new SyntaxProblem({
        position,
        message: `Unexpected text behind @${name.name}(...)`,
        hint: 'Put it on a `///` line of its own.',
      })
    }
    return { ...name, arguments: parsed }
  }

  private parseName(): { name: string; position: Position } {
    const at = this.next
    const [, name = ''] = START.exec(this.text) ?? []
    this.offset = this.text.indexOf('@') + 1 + name.length
    this.next = this.read()
    return { name, position: at.position }
  }

  private parseArguments(open: Token): Argument[] {
    const parsed: Argument[] = []
    this.next = this.read()
    while (this.next.text !== ')') {
      parsed.push(this.parseArgument(open))
      if (this.next.text === ')') break
      if (this.next.kind === 'end') throw unclosed(open)
      if (this.next.text !== ',') {
        throw fail(this.next, `Expected a comma or a closing parenthesis, found ${describe(this.next)}`, hintAfterValue(parsed, this.next))
      }
      this.next = this.read()
    }
    return parsed
  }

  private parseArgument(open: Token): Argument {
    const name = this.next
    if (name.kind === 'end') throw unclosed(open)
    if (name.kind !== 'identifier') throw fail(name, `Expected the name of an argument, found ${describe(name)}`, FORM)
    this.next = this.read()
    if (this.next.text !== ':') throw fail(this.next.kind === 'end' ? name : this.next, `Expected a colon after "${name.text}"`, FORM)
    const value = this.read()
    if (value.kind === 'end') throw unclosed(open)
    if (value.kind === 'open') throw fail(value, 'The string is not closed on its line', 'Close it with a double quote.')
    if (value.text === "'" || value.text === '`')
      throw fail(value, `A string begins with ${describe(value)}`, 'Write strings in double quotes.')
    if (value.kind === 'sign') {
      throw fail(value, `Expected a value for "${name.text}", found ${describe(value)}`, 'A value is a name, a "text" or a whole number.')
    }
    this.next = this.read()
    return { name: name.text, position: name.position, value: { kind: value.kind, text: unescapeText(value), position: value.position } }
  }

  private read(): Token {
    TOKEN.lastIndex = this.offset
    const match = TOKEN.exec(this.text)
    const [kind, text] = Object.entries(match?.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    if (!match || text === undefined || text.trim() === '') return { kind: 'end', text: '', position: this.positionAt(this.text.length) }
    this.offset = match.index + match[0].length
    return { kind: kind as Token['kind'], text, position: this.positionAt(this.offset - text.length) }
  }

  private positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split('\n')
    const line = this.lines[before.length - 1] ?? this.lines[0]
    if (!line) throw new RangeError('an annotation has a line')
    return { ...line.position, column: line.position.column + (before.at(-1)?.length ?? 0) }
  }
}

function fail({ position }: Token, message: string, hint: string): SyntaxProblem {
  return new SyntaxProblem({ position, message, hint })
}

function unclosed(open: Token): SyntaxProblem {
  return fail(open, 'The parenthesis is never closed', 'Close it on this `///` line, or on a `///` line that follows without a gap.')
}

function hintAfterValue(parsed: readonly Argument[], found: Token): string {
  const { name, value } = parsed.at(-1) ?? {}
  if (value?.kind === 'integer' && found.kind === 'identifier') return `Write text in double quotes: ${name}: "${value.text} ${found.text}"`
  return 'Put a comma between arguments.'
}

function describe({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the comment' : kind === 'string' ? text : `"${text}"`
}

function unescapeText({ kind, text }: Token): string {
  return kind === 'string' ? text.slice(1, -1).replaceAll(/\\(.)/gsu, '$1') : text
}
