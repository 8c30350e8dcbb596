import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FileEdit, TextFile } from './text-file.js'

/**
 * Writes all files or none. Each new text is first written beside its file, so that a full disk or a missing permission is found before
 * any file has changed; where a later one cannot be put in place all the same, those before it get their old text back.
 */
export async function writeFiles(edits: readonly FileEdit[]): Promise<void> {
  const drafts: { edit: FileEdit; target: string; draft: string }[] = []
  const placed: { file: TextFile; target: string }[] = []
  try {
    for (const edit of edits) {
      // A symbolic link stays one.
      const target = await realpath(edit.file.path)
      const draft = join(dirname(target), `.${basename(target)}.partman-${process.pid}`)
      drafts.push({ edit, target, draft })
      await writeFile(draft, encode(edit.file, edit.text), { flag: 'wx' })
      await chmod(draft, (await stat(target)).mode)
    }
    for (const { edit, target, draft } of drafts) {
      await rename(draft, target)
      placed.push({ file: edit.file, target })
    }
  } catch (error) {
    for (const { file, target } of placed) await writeFile(target, encode(file, file.text))
    throw error
  } finally {
    for (const { draft } of drafts) await rm(draft, { force: true })
  }
}

function encode({ hasByteOrderMark }: TextFile, text: string): string {
  return hasByteOrderMark ? `\uFEFF${text}` : text
}
