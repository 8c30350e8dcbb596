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

it('every finding has its line in docs/findings.md', async () => {
  expect(await explained('docs/findings.md')).toEqual(await union('packages/core/src/plan/finding.ts', 'FindingCode'))
})
