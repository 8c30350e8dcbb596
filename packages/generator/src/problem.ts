/** A place in a schema file; line and column count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  /** Path as it is shown: relative to the working directory, with `/` between folders. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What is wrong, or unwise, at a place in the schema, and what to do about it. */
export interface Problem {
  readonly position: Position
  readonly message: string
  readonly hint: string
}

/** Where problems go: errors stop the run, warnings are printed. */
export interface Findings {
  readonly errors: Problem[]
  readonly warnings: Problem[]
}

/** Writes a position as editors and terminals link it: `file:line:column`. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`
}

/** Writes the problems that stop a run, in the order of their places, below a line that says how many there are. */
export function formatErrors(errors: readonly Problem[]): string {
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`
  const entries = inOrder(errors).map(({ position, message, hint }) => `${formatPosition(position)}: ${message}\n  ${hint}`)
  return `partman found ${count} in the schema and wrote nothing.\n\n${entries.join('\n\n')}`
}

/** Writes what does not stop a run, in the order of the places. */
export function formatWarnings(warnings: readonly Problem[]): string {
  return inOrder(warnings)
    .map(({ position, message, hint }) => `${formatPosition(position)}: warning: ${message}\n  ${hint}`)
    .join('\n')
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(({ position: a }, { position: b }) => compare(a.file, b.file) || a.line - b.line || a.column - b.column)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
