// Owns one PgBouncer: starts it on a free port, and ends it and removes its folder as soon as standard input ends.
// A process of its own, because standard input also ends when the process that wants the pooler crashes or is killed.
import { spawn } from 'node:child_process'
import { createWriteStream, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const { program, folder, databases, settings, owner } = JSON.parse(process.env.PARTMAN_PGBOUNCER_KEEPER)
delete process.env.PARTMAN_PGBOUNCER_KEEPER
const PORT_ATTEMPTS = 5
const log = createWriteStream(join(folder, 'pgbouncer.log'), { flags: 'a' })

let pooler
let ending = false

function end(code) {
  if (ending) return
  ending = true
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(code)
  }
  if (pooler === undefined || pooler.exitCode !== null || pooler.signalCode !== null) return remove()
  pooler.once('exit', remove)
  // At once, whoever is connected.
  pooler.kill('SIGQUIT')
}

function fail(error) {
  process.stdout.write(`${JSON.stringify({ error })}\n`, () => end(1))
}

process.stdin
  .resume()
  .on('end', () => end(0))
  .on('error', () => end(0))
process.stdout.on('error', () => end(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))
process.on('uncaughtException', (error) => fail(String(error)))

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** Resolves with undefined once it is up, else with what it wrote before it ended. */
function outcome(child) {
  return new Promise((resolve) => {
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
      if (/process up/.test(text)) resolve(undefined)
    })
    child.once('error', (error) => resolve(String(error)))
    child.once('close', () => resolve(text))
  })
}

async function start(attempts) {
  if (ending) return
  const port = await freePort()
  const lines = (values) => Object.entries(values).map(([name, value]) => `${name} = ${value}`)
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(config, ['[databases]', ...lines(databases), '[pgbouncer]', ...lines({ ...settings, listen_port: port }), ''].join('\n'))
  pooler = spawn(program, [config], { cwd: folder, ...owner, stdio: ['ignore', 'ignore', 'pipe'] })
  pooler.stderr.pipe(log, { end: false })
  const trouble = await outcome(pooler)
  if (trouble === undefined) {
    pooler.once('exit', () => end(1))
    process.stdout.write(`${JSON.stringify({ port })}\n`)
  } else if (attempts > 1 && /in use/.test(trouble)) await start(attempts - 1)
  else fail(trouble)
}

await start(PORT_ATTEMPTS)
