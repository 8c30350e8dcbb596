import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Global setup for vitest: the tests see the page as it is now. Vite runs in a process of its own, apart from vitest's. */
export async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('scripts/build-page.mjs', import.meta.url))])
}
