import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { GeneratedFolders } from './declare-generator.js'
import { applyReplacements, type FileEdit, readText } from './text-file.js'

/** Leaves the generated configuration out of git where `.gitignore` names the generated client, as `prisma init` writes it. */
export async function ignoreOutput(folder: string, { client, partman }: GeneratedFolders): Promise<FileEdit | undefined> {
  const path = join(folder, '.gitignore')
  if (client === undefined || !existsSync(path)) return undefined
  const file = await readText(path)
  const lines = [...file.text.matchAll(/[^\r\n]+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0].trim(),
  }))
  const [ofClient, ofPartman] = [client, partman].map((each) => relative(folder, each).replaceAll('\\', '/'))
  const line = lines.find(({ text }) => bare(text) === ofClient)
  if (!line || ofPartman === undefined || lines.some(({ text }) => bare(text) === ofPartman)) return undefined
  const ignored = line.text.replace(bare(line.text), ofPartman)
  return {
    file,
    text: applyReplacements(file, [{ start: line.end, end: line.end, text: `\n${ignored}` }]),
    what: 'the generated configuration',
  }
}

function bare(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/\/$/, '')
}
