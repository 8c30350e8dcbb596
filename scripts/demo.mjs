// `npm run demo`: from a fresh clone to the end of the demonstration. Only what Node itself has is there at the beginning.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs, styleText } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLE = join(ROOT, 'examples', 'webhooks')
const PACKAGES = ['testing', 'generator', 'prisma-extension', 'cli', 'dashboard'].map((name) => join('packages', name))
const COLOURS = { dropped: 'dim', detached: 'yellow', kept: 'green', current: 'cyan', ahead: 'blue' }
const USAGE = `Usage: npm run demo -- [--rows <number>] [--keep | --serve]

  --rows <number>  rows that arrive in the 45 simulated days (default: 200000)
  --keep           leave PostgreSQL running at the end, until Ctrl+C
  --serve          leave the dashboard open at the end, with some trouble to look at, until Ctrl+C`

const hasTerminal = process.stdout.isTTY === true
const hasColour = process.env.NO_COLOR ? false : process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : hasTerminal
const paint = (colour, text) => (hasColour ? styleText(colour, text, { validateStream: false }) : text)
const print = (line) => process.stdout.write(`${line}\n`)
const overwrite = (text) => hasTerminal && process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns || 80) - 1)}`)

// Whoever reads may stop reading, as `| head` does; PostgreSQL stops with this process.
process.stdout.on('error', () => process.exit(1))

async function step(title, work) {
  const begun = performance.now()
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`
  let lines = 0
  // Lines of a step stand below its title, so the title comes first and once.
  const tell = {
    line(text) {
      overwrite('')
      if (lines++ === 0) print(`${paint('cyan', '•')} ${title}`)
      print(`    ${text}`)
    },
    progress: (text) => overwrite(`${lines === 0 ? `• ${title}: ` : '    '}${text}`),
  }
  overwrite(`• ${title}`)
  try {
    const result = await work(tell)
    overwrite('')
    print(
      lines === 0
        ? `${paint('green', '✔')} ${title} ${paint('dim', `(${seconds()})`)}`
        : `  ${paint('green', '✔')} done ${paint('dim', `(${seconds()})`)}`,
    )
    return result
  } catch (error) {
    overwrite('')
    print(`${paint('red', '✖')} ${title}`)
    throw error
  }
}

/** Runs a program of Node's to its end; what it printed is the message when it fails. */
async function run(script, args, cwd = ROOT) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(output.trim() || `exit code ${code}`)
}

async function demonstrate({ rows, keep, serve }) {
  if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
    const npm = process.env.npm_execpath
    if (!npm) throw new Error('The packages are not installed. Run `npm ci`, or start the demonstration by `npm run demo`.')
    await step('npm ci', () => run(npm, ['ci', '--no-audit', '--no-fund']))
  }
  const typescript = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(/package\.json$/, join('bin', 'tsc'))
  await step('Build the packages', () => run(typescript, ['-b', ...PACKAGES]))
  const { runPrisma } = await import('@partman/testing')
  await step('prisma generate: the client, and the partition policy from the annotations', async () => {
    const bin = join(ROOT, 'node_modules', '.bin')
    const PATH = `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
    const { exitCode, stdout, stderr } = await runPrisma(['generate'], { cwd: EXAMPLE, env: { PATH } })
    if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`.trim())
  })
  if (serve) await step('Build the page of the dashboard', () => run(join(ROOT, 'packages', 'dashboard', 'scripts', 'build-page.mjs'), []))
  await step('Build the example', () => run(typescript, ['-p', EXAMPLE]))

  const { runDemo } = await import(pathToFileURL(join(EXAMPLE, 'dist', 'demo', 'run-demo.js')).href)
  await runDemo({
    rows,
    step,
    print,
    width: process.stdout.columns || 80,
    paint: (fate, text) => paint(COLOURS[fate], text),
    hasTrouble: serve,
    beforeStop: serve ? serveDashboard : keep ? keepRunning : async () => printExplore(),
  })
}

function printExplore() {
  print('')
  print('To look at it in the dashboard: npm run demo -- --serve')
  print('To look around in the database: npm run demo -- --keep')
  print('What the annotations became:    examples/webhooks/prisma/migrations')
  print('A tour of the files:            examples/webhooks/README.md')
}

/** `partman serve`, in this process: a signal that a terminal sends to all it started comes once. */
async function serveDashboard(url) {
  print('')
  print('The dashboard is open; whoever follows the link may act. Try the plan, which mends what can be mended. Ctrl+C stops it.')
  const { runProgram } = await import(pathToFileURL(join(ROOT, 'packages', 'cli', 'dist', 'program.js')).href)
  process.chdir(EXAMPLE)
  process.env.DATABASE_URL = url
  const code = await runProgram(['serve', '--role', 'admin'])
  if (code !== 0) throw new Error(`partman serve ended with exit code ${code}`)
}

async function keepRunning(url) {
  print('')
  print('PostgreSQL is still running. In another terminal, in examples/webhooks:')
  print(`  export DATABASE_URL='${url}'`)
  print('  npx partman status      npx partman plan      npx partman tenants list')
  print(`  psql "$DATABASE_URL" -c 'EXPLAIN SELECT count(*) FROM event WHERE project_id = (SELECT min(id) FROM project)'`)
  print('Ctrl+C stops it.')
  await new Promise((resolve) => {
    const timer = setInterval(() => {}, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => {
        clearInterval(timer)
        resolve()
      })
    }
  })
}

async function main() {
  try {
    const { values } = parseArgs({
      options: {
        rows: { type: 'string', default: '200000' },
        keep: { type: 'boolean' },
        serve: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const rows = Number(values.rows)
    if (values.help) return print(USAGE)
    if (!Number.isInteger(rows) || rows < 500) throw new Error(`--rows is "${values.rows}"; it must be a whole number, 500 or more.`)
    await demonstrate({ rows, keep: values.keep === true, serve: values.serve === true })
  } catch (error) {
    print('')
    print(`${paint('red', 'The demonstration failed.')} ${error.message}`)
    process.exitCode = 1
  }
}

await main()
