import type { Position } from './problem.js'
import type { CommentLine } from './scan-schema.js'

/** A word of an annotation. `open` is a double quote that is not closed on its line. */
export interface Token {
  readonly kind: 'identifier' | 'integer' | 'string' | 'open' | 'sign' | 'end'
  /** As it is written, quotes included. */
  readonly text: string
  readonly position: Position
}

const TOKEN = /\s*(?:(?<identifier>[A-Za-z_]\w*)|(?<integer>-?\d+)|(?<string>"(?:\\.|[^"\\\n])*")|(?<open>")|(?<sign>[\s\S]))/uy

/** Reads consecutive lines of documentation word by word, with the place of each. */
export class TokenReader {
  readonly text: string
  private offset = 0

  constructor(private readonly lines: readonly CommentLine[]) {
    this.text = lines.map(({ text }) => text).join('\n')
  }

  read(): Token {
    TOKEN.lastIndex = this.offset
    const match = TOKEN.exec(this.text)
    const [kind, text] = Object.entries(match?.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    if (!match || text === undefined || text.trim() === '') return { kind: 'end', text: '', position: this.positionAt(this.text.length) }
    this.offset = match.index + match[0].length
    return { kind: kind as Token['kind'], text, position: this.positionAt(this.offset - text.length) }
  }

  /** Goes to a place, counted in characters from the beginning. */
  moveTo(offset: number): void {
    this.offset = offset
  }

  /** Whether what was read last ends on a later line than the first. */
  isPastFirstLine(): boolean {
    const lineEnd = this.text.indexOf('\n')
    return lineEnd !== -1 && this.offset > lineEnd
  }

  /** How many lines have been gone through, whole or in part. */
  linesRead(): number {
    return this.text.slice(0, this.offset).split('\n').length
  }

  /** What is left of the line, and where it begins; undefined where only blanks are. */
  restOfLine(): Position | undefined {
    const rest = /^[^\n]*/.exec(this.text.slice(this.offset))?.[0] ?? ''
    return rest.trim() === '' ? undefined : this.positionAt(this.offset + (rest.length - rest.trimStart().length))
  }

  private positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split('\n')
    const line = this.lines[before.length - 1] ?? this.lines[0]
    if (!line) throw new RangeError('an annotation has a line')
    return { ...line.position, column: line.position.column + (before.at(-1)?.length ?? 0) }
  }
}
