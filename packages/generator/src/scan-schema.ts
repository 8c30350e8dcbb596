import type { Position } from './problem.js'

/** A block of a Prisma schema file, such as `model Event { ... }`. */
export interface SchemaBlock {
  /** The word before the name: `model`, `view`, `type`, `enum`, `generator`, `datasource`. */
  readonly kind: string
  readonly name: string
  readonly position: Position
  /** What the lines of the block begin with: fields, enum values, settings. */
  readonly members: ReadonlyMap<string, Member>
  /** `@@id`, `@@unique`, `@@ignore` and the like, in order. */
  readonly attributes: readonly { readonly name: string; readonly position: Position }[]
}

export interface Member {
  readonly position: Position
  /** The first string on the line: the value of a setting. */
  readonly text: string | undefined
  /** Whether that string is the argument of `env()`. */
  readonly env: boolean
}

/** What a comment stands at. Only a comment directly above a block belongs to it. */
export type CommentPlace =
  | { readonly kind: 'block'; readonly block: SchemaBlock }
  | { readonly kind: 'member'; readonly block: SchemaBlock; readonly member: string }
  | { readonly kind: 'behind-block'; readonly block: SchemaBlock }
  | { readonly kind: 'nothing' }

export interface CommentLine {
  readonly text: string
  /** Where `text` begins. */
  readonly position: Position
}

/** Consecutive lines of documentation. */
export interface DocComment {
  /** `///` lines, or one `/** ... *\/`. */
  readonly kind: 'lines' | 'star'
  readonly lines: readonly CommentLine[]
  readonly place: CommentPlace
}

export interface SchemaScan {
  readonly blocks: readonly SchemaBlock[]
  readonly comments: readonly DocComment[]
  /** Lines of `//`, which document nothing. */
  readonly remarks: readonly CommentLine[]
}

const TOKEN =
  /(?<newline>\r\n|\r|\n)|(?<space>[^\S\r\n]+)|(?<doc>\/\/\/[^\r\n]*)|(?<comment>\/\/[^\r\n]*)|(?<star>\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:\\.|[^"\\\r\n])*"?)|(?<attribute>@@?[\w.]+)|(?<word>[\p{L}\p{N}_-]+)|(?<sign>[\s\S])/guy

type TokenKind = 'newline' | 'space' | 'doc' | 'comment' | 'star' | 'string' | 'attribute' | 'word' | 'sign'

interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly position: Position
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface OpenBlock extends SchemaBlock {
  readonly members: Map<string, Mutable<Member>>
  readonly attributes: { name: string; position: Position }[]
}

/**
 * Scans one schema file for its blocks and documentation comments, with positions. Prisma itself has parsed the file by
 * then and keeps no positions, so this reads no more of the language than it must and forgives everything.
 */
export function scanSchema(file: string, text: string): SchemaScan {
  const scan = new Scan()
  for (const token of tokenize(file, text)) scan.read(token)
  scan.end()
  return scan
}

function* tokenize(file: string, text: string): Generator<Token> {
  let line = 1
  let lineStart = 0
  for (const match of text.matchAll(TOKEN)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    yield { kind: kind as TokenKind, text: match[0], position: { file, line, column: match.index - lineStart + 1 } }
    if (kind !== 'newline' && kind !== 'star') continue
    for (const newline of match[0].matchAll(/\r\n|\r|\n/g)) {
      line++
      lineStart = match.index + newline.index + newline[0].length
    }
  }
}

class Scan implements SchemaScan {
  readonly blocks: OpenBlock[] = []
  readonly comments: DocComment[] = []
  readonly remarks: CommentLine[] = []
  private pending: CommentLine[] = []
  private block: OpenBlock | undefined
  private inside = false
  private lineIs: 'blank' | 'comment' | 'code' = 'blank'
  private member: string | undefined
  private closed: OpenBlock | undefined
  private words: Token[] = []

  read(token: Token): void {
    switch (token.kind) {
      case 'newline':
        if (this.lineIs === 'blank') this.flush({ kind: 'nothing' })
        this.lineIs = 'blank'
        this.member = undefined
        this.closed = undefined
        this.words = []
        break
      case 'space':
        break
      case 'doc':
        this.readDoc(token)
        break
      case 'comment':
        this.remarks.push(withoutSlashes(token, 2))
        if (this.lineIs === 'blank') this.lineIs = 'comment'
        break
      case 'star':
        if (this.lineIs === 'blank') this.lineIs = 'comment'
        if (token.text.startsWith('/**')) this.comments.push({ kind: 'star', lines: starLines(token), place: { kind: 'nothing' } })
        break
      default:
        this.readCode(token)
        this.lineIs = 'code'
    }
  }

  end(): void {
    this.flush({ kind: 'nothing' })
  }

  private readDoc(token: Token): void {
    const line = withoutSlashes(token, 3)
    if (this.lineIs === 'code') {
      this.comments.push({ kind: 'lines', lines: [line], place: this.placeBehindCode() })
      return
    }
    this.pending.push(line)
    this.lineIs = 'comment'
  }

  private placeBehindCode(): CommentPlace {
    if (this.closed) return { kind: 'behind-block', block: this.closed }
    if (this.inside && this.block && this.member !== undefined) return { kind: 'member', block: this.block, member: this.member }
    return { kind: 'nothing' }
  }

  private readCode(token: Token): void {
    if (!this.inside) this.readOutside(token)
    else if (this.block) this.readInside(token, this.block)
  }

  private readOutside(token: Token): void {
    if (token.kind === 'word') this.words.push(token)
    const [kind, name] = this.words
    if (token.text !== '{' || !kind || !name) return
    this.block = { kind: kind.text, name: name.text, position: kind.position, members: new Map(), attributes: [] }
    this.blocks.push(this.block)
    this.flush({ kind: 'block', block: this.block })
    this.words = []
    this.inside = true
  }

  private readInside({ kind, text, position }: Token, block: OpenBlock): void {
    if (text === '}') {
      this.flush({ kind: 'nothing' })
      this.inside = false
      this.closed = block
      return
    }
    if (this.lineIs !== 'code') {
      this.member = text
      this.flush({ kind: 'member', block, member: text })
      if (kind === 'attribute') block.attributes.push({ name: text, position })
      else block.members.set(text, { position, text: undefined, env: false })
      return
    }
    const member = this.member === undefined ? undefined : block.members.get(this.member)
    if (!member || member.text !== undefined) return
    if (kind === 'word' && text === 'env') member.env = true
    if (kind === 'string') member.text = unquote(text)
  }

  private flush(place: CommentPlace): void {
    if (this.pending.length > 0) this.comments.push({ kind: 'lines', lines: this.pending, place })
    this.pending = []
  }
}

function withoutSlashes({ text, position }: Token, count: number): CommentLine {
  return { text: text.slice(count), position: { ...position, column: position.column + count } }
}

function starLines({ text, position }: Token): CommentLine[] {
  return text.split(/\r\n|\r|\n/).map((line, index) => {
    const lead = /^[\s/*]*/.exec(line)?.[0].length ?? 0
    const column = (index === 0 ? position.column : 1) + lead
    return { text: line.slice(lead), position: { ...position, line: position.line + index, column } }
  })
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch {
    return text.replaceAll('"', '')
  }
}
