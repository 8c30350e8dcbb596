import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type FileEdit, readText } from './text-file.js'
import { writeFiles } from './write-files.js'

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'partman-init-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

const edit = async (path: string, text: string): Promise<FileEdit> => ({ file: await readText(path), text, what: 'a test' })

test('a symbolic link stays one, and a byte order mark stays', async () => {
  const folder = await makeFolder({ 'a.txt': '\uFEFFold\n' })
  await symlink('a.txt', join(folder, 'link.txt'))
  const file = await readText(join(folder, 'link.txt'))
  expect(file.text).toBe('old\n')
  await writeFiles([{ file, text: 'new\n', what: 'a test' }])
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('\uFEFFnew\n')
  expect((await readdir(folder, { withFileTypes: true })).map((entry) => [entry.name, entry.isSymbolicLink()])).toEqual([
    ['a.txt', false],
    ['link.txt', true],
  ])
})

test('where one file cannot be written, none is', async () => {
  const folder = await makeFolder({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const edits = [await edit(join(folder, 'a.txt'), 'new\n'), await edit(join(folder, 'b.txt'), 'new\n')]
  await rm(join(folder, 'b.txt'))
  await expect(writeFiles(edits)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await readdir(folder)).toEqual(['a.txt'])
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('a\n')
})

test('where the last file cannot be put in place, those before it get their old text back', async () => {
  const folder = await makeFolder({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const edits = [await edit(join(folder, 'a.txt'), 'new\n'), await edit(join(folder, 'b.txt'), 'new\n')]
  await rm(join(folder, 'b.txt'))
  await mkdir(join(folder, 'b.txt'))
  await expect(writeFiles(edits)).rejects.toMatchObject({ code: 'EISDIR' })
  expect(await readdir(folder)).toEqual(['a.txt', 'b.txt'])
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('a\n')
})
