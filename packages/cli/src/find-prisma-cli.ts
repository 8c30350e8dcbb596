import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PartmanError } from '@partman/core'

/**
 * Finds the script of the Prisma CLI that a project has installed.
 *
 * @throws PartmanError `PRISMA_CLI_NOT_FOUND`
 */
export function findPrismaCli(folder: string): string {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('prisma/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | { prisma: string } }
    return join(dirname(manifest), typeof bin === 'string' ? bin : bin.prisma)
  } catch (cause) {
    throw new PartmanError('PRISMA_CLI_NOT_FOUND', `The package "prisma" is not installed in ${folder}`, {
      hint: 'Run the command in the folder of the project, after `npm install`.',
      cause,
    })
  }
}
