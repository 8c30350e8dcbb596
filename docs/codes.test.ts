import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

/** The members of a union of string literals, as the source has them. */
async function union(path: string, name: string): Promise<string[]> {
  const [, body = ''] = new RegExp(`export type ${name} =([^]*?)\n\n`).exec(await read(path)) ?? []
  return [...body.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code ?? '').sort()
}

/** The codes that the first column of a page's table explains. */
async function explained(path: string): Promise<string[]> {
  return [...(await read(path)).matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code ?? '').sort()
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
