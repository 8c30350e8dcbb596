import { readFile } from 'node:fs/promises'

/** A text file as an editor sees it: what `writeText` needs to put it back byte by byte is kept beside the text. */
export interface TextFile {
  /** Absolute path. */
  readonly path: string
  /** Without the byte order mark. */
  readonly text: string
  readonly hasByteOrderMark: boolean
  /** How the file ends its lines. */
  readonly newline: '\n' | '\r\n'
}

/** Reads a text file. Throws the file system's error where it cannot be read. */
export async function readText(path: string): Promise<TextFile> {
  const raw = await readFile(path, 'utf8')
  const hasByteOrderMark = raw.startsWith('\uFEFF')
  return { path, text: hasByteOrderMark ? raw.slice(1) : raw, hasByteOrderMark, newline: raw.includes('\r\n') ? '\r\n' : '\n' }
}

/** A file with another text in mind; nothing is written yet. */
export interface FileEdit {
  readonly file: TextFile
  /** The whole new text, without the byte order mark. */
  readonly text: string
  /** What it is for, for people: `adds the generator block`. */
  readonly what: string
}

/** Replaces `text` from `start` to before `end`. */
export interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Applies replacements that do not overlap, whatever their order; those at the same place stay in it. Line ends become those of the file. */
export function applyReplacements({ text, newline }: TextFile, replacements: readonly Replacement[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text: replacement } of [...replacements].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + replacement.replaceAll(/\r?\n/g, newline)
    at = end
  }
  return result + text.slice(at)
}
