import { fileURLToPath } from 'node:url'
import { projectCommands, succeed } from './demo/commands.js'

/** The sources import what Prisma generates, which is not in the repository. */
export async function setup(): Promise<void> {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  await succeed('prisma generate', projectCommands(folder, '').prisma('generate'))
}
