import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { declareGenerator } from './declare-generator.js'

const DATASOURCE = 'datasource db {\n  provider = "postgresql"\n}\n'

async function declareIn(client: string, folders: readonly string[] = []) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'partman-init-')))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const path of ['prisma', ...folders]) await mkdir(join(folder, path), { recursive: true })
  await writeFile(join(folder, 'prisma/schema.prisma'), `${client}${DATASOURCE}`)
  const { edit, folders: generated } = await declareGenerator(folder, join(folder, 'prisma'))
  return {
    output: /partman-generator"\s+output\s+= "(.*)"/.exec(edit?.text ?? '')?.[1],
    text: edit?.text,
    partman: relative(folder, generated.partman),
    client: generated.client && relative(folder, generated.client),
  }
}

const client = (output: string) => `generator client {\n  provider = "prisma-client"\n  output = "${output}"\n}\n`

test.each([
  { from: '../generated/prisma', output: '../generated/partman', partman: 'generated/partman' },
  { from: '../src/generated/client/', output: '../src/generated/partman', partman: 'src/generated/partman' },
  { from: './client', output: './partman', partman: 'prisma/partman' },
  { from: '../src/generated', output: '../src/generated-partman', partman: 'src/generated-partman' },
])('beside a client in $from the configuration goes to $output', async ({ from, ...expected }) => {
  expect(await declareIn(client(from))).toMatchObject(expected)
})

test('a folder that somebody else fills is not taken', async () => {
  expect(await declareIn(client('../src/prisma'), ['src/partman'])).toMatchObject({ output: '../src/prisma-partman' })
})

test('beside a client below node_modules it goes where the sources are', async () => {
  const inModules = 'generator client {\n  provider = "prisma-client-js"\n}\n'
  expect(await declareIn(inModules)).toMatchObject({ output: '../generated/partman', client: undefined })
  expect(await declareIn(inModules, ['src'])).toMatchObject({ output: '../src/generated/partman' })
})

test('line ends of Windows stay, and braces in strings and comments end no block', async () => {
  const windows = 'generator client { // }\n  provider = "prisma-client"\n  output = "../}/prisma" /* } */\n}\n'.replaceAll('\n', '\r\n')
  const { text } = await declareIn(windows)
  const block = '\n\ngenerator partman {\n  provider = "partman-generator"\n  output   = "../}/partman"\n}\n'.replaceAll('\n', '\r\n')
  expect(text).toBe(`${windows.trimEnd()}${block}${DATASOURCE}`)
})

test('a block that is there stays, wherever it writes to', async () => {
  const ours = 'generator ours {\n  provider = "partman-generator"\n  output = "../elsewhere"\n}\n'
  expect(await declareIn(client('../generated/prisma') + ours)).toEqual({
    output: undefined,
    text: undefined,
    partman: 'elsewhere',
    client: 'generated/prisma',
  })
})
