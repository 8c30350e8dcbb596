import { z } from '@hono/zod-openapi'
import { ProblemError } from '../api/problem.js'

/** Where a page ends: what its last item is sorted by, and what it is known by where others are sorted alike. */
export interface Mark {
  readonly value: string | number | null
  readonly id: string
}

/** One page of a longer list. */
export interface Page<Item> {
  readonly items: Item[]
  readonly next: string | null
  readonly total: number | null
}

const mark = z.strictObject({ v: z.union([z.string(), z.number(), z.null()]), i: z.string(), s: z.string() })

/** A mark as a cursor, which is for one order of one list only. */
export function formatCursor({ value, id }: Mark, sorting: string): string {
  return Buffer.from(JSON.stringify({ v: value, i: id, s: sorting })).toString('base64url')
}

/** @throws ProblemError `REQUEST_INVALID` for what is no cursor of this list in this order */
export function parseCursor(text: string | undefined, sorting: string): Mark | null {
  if (text === undefined) return null
  try {
    const { v, i, s } = mark.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (s === sorting) return { value: v, id: i }
  } catch {
    // The same to whoever sent it.
  }
  throw new ProblemError('REQUEST_INVALID', 'The cursor is none of this list in this order', { hint: 'Begin with the first page.' })
}

/** How the items of a list are sorted: by a value, and alike ones by their id. */
export interface Sorting<Item> {
  /** Says which list it is, and in what order. */
  readonly name: string
  readonly order: 'asc' | 'desc'
  readonly markOf: (item: Item) => Mark
}

/** Cuts the page after a cursor out of a whole list. What has no value comes last, in either order. */
export function cutPage<Item>(
  items: readonly Item[],
  sorting: Sorting<Item>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<Item> {
  const { order, markOf } = sorting
  const name = `${sorting.name} ${order}`
  const after = parseCursor(cursor, name)
  const marked = items.map((item) => ({ item, mark: markOf(item) })).sort((a, b) => compare(a.mark, b.mark, order))
  const begin = after === null ? 0 : marked.findIndex((one) => compare(one.mark, after, order) > 0)
  const rest = begin < 0 ? [] : marked.slice(begin)
  const page = rest.slice(0, limit)
  return {
    items: page.map(({ item }) => item),
    next: rest.length > limit ? formatCursor(page.at(-1)!.mark, name) : null,
    total: items.length,
  }
}

function compare(a: Mark, b: Mark, order: 'asc' | 'desc'): number {
  if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || compareText(a.id, b.id)
  const values =
    typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : compareText(String(a.value), String(b.value))
  return (order === 'asc' ? values : -values) || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
