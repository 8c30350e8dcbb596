import { type Command, CommanderError } from 'commander'
import { expect, it } from 'vitest'
import { buildProgram } from '../packages/cli/src/program.js'
import { listPages, readPage } from './fixtures/read-page.js'

/** A word of a command line, without the quotes that it may be in. */
const WORD = /"([^"]*)"|'([^']*)'|(\S+)/g

/** Command lines that a page shows: in scripts, also of other files, and within text. */
function commandLines(page: string): string[] {
  const shown = [...page.matchAll(/(?:^|[`\s])(?:npx )?partman ([a-z][^`\n]*)/g)].filter(({ index, 0: { length } }) => {
    const before = page.slice(0, index + 1)
    const isScript = (before.match(/^ *```/gm) ?? []).length % 2 === 1
    // Within text a command is in backticks, and ends there.
    return isScript ? /```(sh|crontab)\n[^`]*$/.test(before) : page[index] === '`' && page[index + length] === '`'
  })
  return shown.map(([, line = '']) => line.replace(/ (#|>|&&|\|\||2>).*$/, '').trim())
}

const words = (line: string) => [...line.matchAll(WORD)].map(([, double, single, bare]) => double ?? single ?? bare ?? '')

/** What is wrong with a command line; undefined: the program would run it. */
async function refusal(args: readonly string[]): Promise<string | undefined> {
  const program = buildProgram(() => async () => {})
  const silence = (command: Command): void => {
    command.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} })
    for (const child of command.commands) silence(child as Command)
  }
  silence(program)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return undefined
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : (error as Error).message
  }
}

/** Whether text names a command, or its arguments are left out, which `<name>` would stand for. */
const isAbout = (message: string) => /missing required argument|required option|outputHelp/.test(message)

it('every command that a page shows is one, with those options', async () => {
  const wrong: string[] = []
  let count = 0
  for (const path of await listPages()) {
    for (const line of commandLines(await readPage(path))) {
      count++
      const message = await refusal(words(line))
      if (message !== undefined && !isAbout(message)) wrong.push(`${path}: partman ${line}: ${message}`)
    }
  }
  expect(wrong).toEqual([])
  expect(count).toBeGreaterThan(100)
})

it('one that is none is found', async () => {
  expect(commandLines('`partman plan --sqll` and\n```sh\nnpx partman maintian # now\n```\n')).toEqual(['plan --sqll', 'maintian'])
  expect(await refusal(['plan', '--sqll'])).toContain('unknown option')
  expect(await refusal(['maintian'])).toContain('unknown command')
  expect(await refusal(['hold', 'add', 'Event'])).toContain('required option')
})
