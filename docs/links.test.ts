import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { listPages, ROOT, readPage } from './fixtures/read-page.js'

/** A page without its code, where brackets are no links and `#` is no heading. */
const prose = (page: string) =>
  page.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''))

const linksOf = (page: string) => [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const taken = new Map<string, number>()
  return new Set(
    [...page.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
      const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
      const slug = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
      const count = taken.get(slug) ?? 0
      taken.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

/** What is wrong with a link of a page; undefined: it leads somewhere. */
async function problem(path: string, target: string): Promise<string | undefined> {
  if (/^[a-z]+:/.test(target)) return undefined
  const [file = '', anchor] = target.split('#')
  const found = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)))
  const isFolder = existsSync(join(ROOT, found)) && statSync(join(ROOT, found)).isDirectory()
  const page = isFolder && anchor !== undefined ? join(found, 'README.md') : found
  if (!existsSync(join(ROOT, page))) return `${path}: there is no ${target}`
  if (anchor === undefined || anchorsOf(await readPage(page)).has(anchor)) return undefined
  return `${path}: ${target} is no heading of ${page}`
}

it('every link leads to a file, and every anchor to a heading', async () => {
  const problems: (string | undefined)[] = []
  let count = 0
  for (const path of await listPages()) {
    for (const target of linksOf(await readPage(path))) {
      count++
      problems.push(await problem(path, target))
    }
  }
  expect(problems.filter((one) => one !== undefined)).toEqual([])
  expect(count).toBeGreaterThan(100)
})

it('one that leads nowhere is found', async () => {
  expect(await problem('docs/running.md', 'nowhere.md')).toBe('docs/running.md: there is no nowhere.md')
  expect(await problem('docs/running.md', '#nowhere')).toBe('docs/running.md: #nowhere is no heading of docs/running.md')
  expect(await problem('README.md', 'packages/core#hooks')).toBe(undefined)
  expect(linksOf('`[a](b.md)` [c](d.md)\n```ts\nx[0](y)\n```\n')).toEqual(['d.md'])
})

it('the README leads to every page', async () => {
  const listed = new Set(linksOf(await readPage('README.md')).map((target) => target.split('#')[0]))
  const pages = (await listPages()).filter(
    (path) => path.startsWith('docs/') && (!path.startsWith('docs/api/') || path.endsWith('README.md')),
  )
  expect(pages.filter((path) => !listed.has(path))).toEqual([])
})
