/** What became of a partition. */
export type Fate = 'dropped' | 'detached' | 'kept' | 'current' | 'ahead'

/** One partition as the ribbon shows it. */
export interface RibbonCell {
  readonly fate: Fate
  readonly rows: number
}

/** One line: the partitions of a table, or of one tenant, the oldest first; undefined where there never was one. */
export interface RibbonLine {
  readonly label: string
  readonly cells: readonly (RibbonCell | undefined)[]
}

/** What stands above the cell of that number. */
export interface RibbonTick {
  readonly cell: number
  readonly label: string
}

/** Adds colour; the marks differ without it. */
export type Paint = (fate: Fate, text: string) => string

const MARKS = { dropped: '·', detached: '▒', current: '◆', ahead: '○' } as const
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
const INDENT = '  '
const GAP = '  '

/**
 * Formats ribbons that share one axis into lines of at most `width` characters. Kept partitions are bars, as high as
 * their share of the fullest one in the line. Where the cells do not fit, several share a mark.
 */
export function formatRibbons(lines: readonly RibbonLine[], ticks: readonly RibbonTick[], width: number, paint: Paint = plain): string[] {
  const labelWidth = Math.max(...lines.map(({ label }) => label.length))
  const room = Math.max(10, width - INDENT.length - labelWidth - GAP.length)
  const length = Math.max(...lines.map(({ cells }) => cells.length))
  const perMark = Math.ceil(length / room)
  const axis = formatTicks(
    ticks.map(({ cell, label }) => ({ cell: Math.floor(cell / perMark), label })),
    room,
  )
  return [
    `${INDENT}${' '.repeat(labelWidth)}${GAP}${axis}`.trimEnd(),
    ...lines.map(({ label, cells }) => `${INDENT}${label.padEnd(labelWidth)}${GAP}${formatCells(cells, perMark, paint)}`),
    ...(perMark === 1 ? [] : [`${INDENT}${' '.repeat(labelWidth)}${GAP}${perMark} partitions to a mark`]),
  ]
}

/** The marks and what they mean, in one line. */
export function formatLegend(paint: Paint = plain): string {
  const bars = `${BARS[0]}${BARS[3]}${BARS[7]}`
  return [
    `${paint('dropped', MARKS.dropped)} dropped`,
    `${paint('detached', MARKS.detached)} detached, in its grace period`,
    `${paint('kept', bars)} kept, by rows`,
    `${paint('current', MARKS.current)} current`,
    `${paint('ahead', MARKS.ahead)} ahead`,
  ].join('   ')
}

function plain(_fate: Fate, text: string): string {
  return text
}

function formatCells(cells: readonly (RibbonCell | undefined)[], perMark: number, paint: Paint): string {
  const groups = Array.from({ length: Math.ceil(cells.length / perMark) }, (_, index) =>
    joinCells(cells.slice(index * perMark, (index + 1) * perMark)),
  )
  const fullest = Math.max(...groups.map((group) => (group?.fate === 'kept' ? group.rows : 0)))
  return groups.map((group) => (group ? paint(group.fate, formatMark(group, fullest)) : ' ')).join('')
}

/** Of several fates in one mark the present one shows, else the latest. */
function joinCells(cells: readonly (RibbonCell | undefined)[]): RibbonCell | undefined {
  const there = cells.filter((cell) => cell !== undefined)
  const shown = there.find(({ fate }) => fate === 'current') ?? there[there.length - 1]
  return shown && { fate: shown.fate, rows: there.reduce((sum, { rows }) => sum + rows, 0) }
}

function formatMark({ fate, rows }: RibbonCell, fullest: number): string {
  if (fate !== 'kept') return MARKS[fate]
  return BARS[fullest === 0 ? 0 : Math.min(BARS.length - 1, Math.floor((rows / fullest) * BARS.length))] ?? BARS[0]
}

/** Each label begins above its cell; one that would run into the label before it, or off the edge, is left out. */
function formatTicks(ticks: readonly RibbonTick[], room: number): string {
  let text = ''
  for (const { cell, label } of ticks) {
    const isFree = text === '' ? cell >= 0 : cell >= text.length + 1
    if (isFree && cell + label.length <= room) text = text.padEnd(cell) + label
  }
  return text
}
