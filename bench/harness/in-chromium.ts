import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Chromium is: what the environment names, else where Debian and others put it. */
const CHROMIUM = [process.env['PARTMAN_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)

/** Uses a browser; undefined where there is none. */
export async function withChromium<Result>(work: (browser: Browser) => Promise<Result>): Promise<Result | undefined> {
  if (CHROMIUM === undefined) return undefined
  // As root it has no sandbox.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}
