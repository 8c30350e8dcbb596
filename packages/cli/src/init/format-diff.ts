/** As many unchanged lines around a change as `diff -u` shows. */
const CONTEXT = 3

type Line = { readonly sign: ' ' | '-' | '+'; readonly text: string }

/** Formats the change of a file as a unified diff that `git apply` and `patch -p1` read; `path` is relative, with `/`. Empty where nothing changes. */
export function formatDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const lines = diffLines(splitLines(before), splitLines(after))
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks(lines).flatMap((hunk) => formatHunk(lines, hunk))].join('\n')
}

/** Each line with its end, so that another line end or a missing last one is a change like any other. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A longest common subsequence of what lies between the common beginning and the common end. */
function diffLines(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const keep = (lines: readonly string[]) => lines.map((text): Line => ({ sign: ' ', text }))
  return [
    ...keep(before.slice(0, head)),
    ...diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...keep(before.slice(before.length - tail)),
  ]
}

function diffMiddle(before: readonly string[], after: readonly string[]): Line[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  const length = (row: number, column: number) => lengths[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      lengths[row]![column] =
        before[row] === after[column] ? length(row + 1, column + 1) + 1 : Math.max(length(row + 1, column), length(row, column + 1))
    }
  }
  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      lines.push({ sign: ' ', text: before[row++]! })
      column++
    } else if (row < before.length && (column === after.length || length(row + 1, column) >= length(row, column + 1))) {
      lines.push({ sign: '-', text: before[row++]! })
    } else {
      lines.push({ sign: '+', text: after[column++]! })
    }
  }
  return lines
}

/** From which line to before which one each hunk goes. */
function hunks(lines: readonly Line[]): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = []
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)]
    const last = result.at(-1)
    if (last && from <= last.to) last.to = to
    else result.push({ from, to })
  }
  return result
}

function formatHunk(lines: readonly Line[], { from, to }: { from: number; to: number }): string[] {
  const count = (part: readonly Line[], sign: '-' | '+') => part.filter((line) => line.sign !== (sign === '-' ? '+' : '-')).length
  const range = (sign: '-' | '+') => {
    const length = count(lines.slice(from, to), sign)
    const start = count(lines.slice(0, from), sign)
    return `${sign}${length === 0 ? start : start + 1},${length}`
  }
  return [
    `@@ ${range('-')} ${range('+')} @@`,
    ...lines.slice(from, to).flatMap(({ sign, text }) => {
      const line = `${sign}${text.replace(/\n$/, '')}`
      return text.endsWith('\n') ? [line] : [line, '\\ No newline at end of file']
    }),
  ]
}
