import { expect, test } from 'vitest'
import { type Fate, formatLegend, formatRibbons, type RibbonCell } from './ribbon.js'

const cells = (fate: Fate, ...rows: number[]): RibbonCell[] => rows.map((count) => ({ fate, rows: count }))
const ACME = [
  ...cells('dropped', 3, 3, 3, 3),
  ...cells('detached', 5),
  ...cells('kept', 0, 25, 50, 75, 100),
  ...cells('current', 7),
  ...cells('ahead', 0, 0, 0),
]
const LINES = [
  { label: 'acme', cells: ACME },
  { label: 'newcomer', cells: [...Array<undefined>(8).fill(undefined), ...ACME.slice(8)] },
]
const TICKS = [
  { cell: 0, label: 'Oct 8' },
  { cell: 4, label: 'Oct 12' },
  { cell: 9, label: 'Oct 17' },
]

test('shows the fate of each partition by a mark of its own, and the rows of the kept ones by height', () => {
  expect(formatRibbons(LINES, TICKS, 80)).toEqual([
    '            Oct 8    Oct 17',
    '  acme      ····▒▁▃▅▇█◆○○○',
    '  newcomer          ▇█◆○○○',
  ])
})

test('leaves out a label that has no room', () => {
  const ticks = [TICKS[0]!, { cell: 6, label: 'Oct 14' }, { cell: 10, label: 'Oct 18' }]
  expect(formatRibbons(LINES, ticks, 80)[0]).toBe('            Oct 8 Oct 14')
})

test('puts several partitions into one mark where the terminal is narrow', () => {
  expect(formatRibbons(LINES, TICKS, 22)).toEqual([
    '            Oct 8',
    '  acme      ··▁▄█◆○',
    '  newcomer      █◆○',
    '            2 partitions to a mark',
  ])
})

test('keeps the width, colour aside', () => {
  const painted = formatRibbons(LINES, TICKS, 22, (fate, text) => `<${fate}>${text}`)
  expect(painted[1]).toBe('  acme      <dropped>·<dropped>·<kept>▁<kept>▄<kept>█<current>◆<ahead>○')
  for (const line of formatRibbons(LINES, TICKS, 22)) expect(line.length).toBeLessThanOrEqual(34)
})

test('explains the marks', () => {
  expect(formatLegend()).toBe('· dropped   ▒ detached, in its grace period   ▁▄█ kept, by rows   ◆ current   ○ ahead')
})
