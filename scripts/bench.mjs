// `npm run bench`: from a fresh clone to the figures. Only what Node itself has is there at the beginning.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TELL_NOTHING = ['ignore', 2, 2]

function run(script, args) {
  // Standard output is for the figures alone.
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: TELL_NOTHING })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
  const npm = process.env.npm_execpath
  if (!npm) throw new Error('The packages are not installed. Run `npm ci`, or start the benchmarks by `npm run bench`.')
  run(npm, ['ci', '--no-audit', '--no-fund'])
}
run(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ['-b', 'bench'])
run(join(ROOT, 'packages', 'dashboard', 'scripts', 'build-page.mjs'), [])
const { main } = await import('../bench/dist/main.js')
process.exitCode = await main(process.argv.slice(2))
