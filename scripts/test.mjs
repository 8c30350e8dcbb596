// `npm test`: from a fresh clone to the last test. Only what Node itself has is there at the beginning.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function run(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
  const npm = process.env.npm_execpath
  if (!npm) throw new Error('The packages are not installed. Run `npm ci`, or start the tests by `npm test`.')
  run(npm, ['ci', '--no-audit', '--no-fund'])
}
run(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ['-b'])
run(join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), ['run', ...process.argv.slice(2)])
