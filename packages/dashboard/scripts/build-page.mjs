// `node packages/dashboard/scripts/build-page.mjs`: builds the page into dist/page, unless it was built of the same files.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const OUTPUT = join(PACKAGE, 'dist', 'page')
const STAMP = join(OUTPUT, '.inputs')
/** What the page is made of, beside its own folder. */
const FILES = ['vite.config.ts', 'src/client.ts', '../../docs/findings.md', '../../package-lock.json']

async function digestInputs() {
  const hash = createHash('sha256')
  const entries = await readdir(join(PACKAGE, 'page'), { recursive: true, withFileTypes: true })
  const own = entries.filter((entry) => entry.isFile()).map((entry) => relative(PACKAGE, join(entry.parentPath, entry.name)))
  for (const file of [...own.sort(), ...FILES]) hash.update(`${file}\0`).update(await readFile(join(PACKAGE, file)))
  return hash.digest('hex')
}

export async function buildPage() {
  const inputs = await digestInputs()
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === inputs) return
  const { build } = await import('vite')
  await build({ configFile: join(PACKAGE, 'vite.config.ts') })
  await writeFile(STAMP, inputs)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage()
