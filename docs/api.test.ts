import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { readPage } from './fixtures/read-page.js'

const { renderApiReference } = await import(new URL('../scripts/write-api-reference.mjs', import.meta.url).href)

const rendered: Promise<Map<string, string>> = renderApiReference()

it('the API reference is what the sources say: `npm run docs:api` writes it anew', async () => {
  const pages = await rendered
  expect((await readdir(new URL('api', import.meta.url))).map((name) => `docs/api/${name}`).sort()).toEqual([...pages.keys()].sort())
  for (const [path, text] of pages) expect(await readPage(path), path).toBe(text)
})

it('every exported name is explained', async () => {
  const pages = await rendered
  const bare = [...pages].flatMap(([path, text]) =>
    [...text.matchAll(/^### (.+)\n\n```ts\n(?:(?!^```)[\s\S])*^```\n(?!\n[^#\n])/gm)].map(([, name]) => `${path}: ${name}`),
  )
  // A program writes these two, from the document that explains them.
  expect(bare).toEqual(['docs/api/dashboard.md: components', 'docs/api/dashboard.md: paths'])
})
