import { readdir, readFile } from 'node:fs/promises'
import { codePage } from '@partman/core'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

/** The members of a union of string literals, as the source has them. */
async function union(path: string, name: string): Promise<string[]> {
  const [, body = ''] = new RegExp(`export type ${name} =([^]*?)(?:\n\n|$)`).exec(await read(path)) ?? []
  return [...body.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code ?? '').sort()
}

/** The codes that the first column of a page's table explains. */
async function explained(path: string): Promise<string[]> {
  return [...(await read(path)).matchAll(/^\| (?:<a id="[a-z_]+"><\/a>)?`([A-Z_]+)`/gm)].map(([, code]) => code ?? '').sort()
}

it('every error has its line in docs/errors.md', async () => {
  expect(await explained('docs/errors.md')).toEqual(await union('packages/core/src/error.ts', 'PartmanErrorCode'))
})

it('every problem of the dashboard has its line, and its status, in docs/dashboard.md', async () => {
  const [, body = ''] = /export const PROBLEMS = \{(.*?)\n\} as const/s.exec(await read('packages/dashboard/src/api/problem.ts')) ?? []
  const declared = [...body.matchAll(/ {2}([A-Z_]+): \{ status: (\d+)/g)].map(([, code, status]) => `${code} ${status}`)
  const told = [...(await read('docs/dashboard.md')).matchAll(/^\| `([A-Z_]+)` +\| (\d+)/gm)].map(([, code, status]) => `${code} ${status}`)
  expect(told).toEqual(declared)
})

it('every finding has its line in docs/findings.md', async () => {
  expect(await explained('docs/findings.md')).toEqual(await union('packages/core/src/plan/finding.ts', 'FindingCode'))
})

it('every code of partman doctor has its line in docs/doctor.md', async () => {
  expect(await explained('docs/doctor.md')).toEqual(await union('packages/core/src/checks/check-code.ts', 'CheckCode'))
})

/** What can be linked to on a page: anchors, and headings as GitHub names them. */
async function anchors(path: string): Promise<string[]> {
  const text = await read(path)
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  )
  return [...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id ?? ''), ...headings]
}

it.each([
  ['errors', 'packages/core/src/error.ts', 'PartmanErrorCode'],
  ['findings', 'packages/core/src/plan/finding.ts', 'FindingCode'],
  ['doctor', 'packages/core/src/checks/check-code.ts', 'CheckCode'],
] as const)('whatever partman doctor links to on docs/%s.md is there, once', async (page, source, name) => {
  const places = (await union(source, name)).map((code) => codePage(page, code).split('#'))
  expect(places.length).toBeGreaterThan(10)
  const found = await anchors(`docs/${page}.md`)
  for (const [path, anchor] of places) {
    expect(path).toBe(`docs/${page}.md`)
    expect(found.filter((one) => one === anchor)).toEqual([anchor])
  }
})

it('the pages that checks send people to are there, with what is linked to within', async () => {
  const folders = ['packages/core/src/checks', 'packages/cli/src/doctor']
  const files = (
    await Promise.all(
      folders.map(async (folder) => (await readdir(new URL(`../${folder}`, import.meta.url))).map((name) => `${folder}/${name}`)),
    )
  ).flat()
  const named = (await Promise.all(files.map(read))).flatMap((text) => [...text.matchAll(/\bdocs\/[\w-]+\.md/g)].map(([path]) => path))
  expect(named).toContain('docs/running.md')
  for (const path of new Set(named)) expect((await read(path)).length, path).toBeGreaterThan(0)
  const own = await anchors('docs/doctor.md')
  for (const [, anchor] of (await read('docs/doctor.md')).matchAll(/\]\(#([\w-]+)\)/g)) expect(own).toContain(anchor)
})
