import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PartmanError } from '@partman/core'
import { findPrismaCli } from './find-prisma-cli.js'

/**
 * Runs the project's own `prisma migrate dev --create-only` on the same terminal. Its output goes to stderr when stdout is for JSON.
 *
 * @throws PartmanError `PRISMA_CLI_NOT_FOUND`, `PRISMA_CLI_FAILED`
 */
export async function runPrismaMigrateDev(
  folder: string,
  options: { name?: string | undefined; schema?: string | undefined; config?: string | undefined; url?: string | undefined; json: boolean },
): Promise<void> {
  const flags = (['name', 'schema', 'config', 'url'] as const).flatMap((flag) => {
    const value = options[flag]
    return value === undefined ? [] : [`--${flag}`, value]
  })
  const child = spawn(process.execPath, [findPrismaCli(folder), 'migrate', 'dev', '--create-only', ...flags], {
    cwd: folder,
    // Without a terminal nobody could answer: a question must end, not wait.
    stdio: [process.stdin.isTTY ? 'inherit' : 'ignore', options.json ? 2 : 'inherit', 'inherit'],
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (code === 0) return
  throw new PartmanError('PRISMA_CLI_FAILED', `prisma migrate dev ended with ${signal ?? `exit code ${code}`}; nothing was partitioned`, {
    hint: 'What it printed above says why. Run the command again once that is put right.',
  })
}
