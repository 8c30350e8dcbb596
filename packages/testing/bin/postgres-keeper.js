// Owns one PostgreSQL server: makes its data directory, starts it, and removes both as soon as standard input ends.
// A process of its own, because standard input also ends when the process that wants the server crashes or is killed.
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const { binaries, cluster, remove: folders, password, settings, owner } = JSON.parse(process.env.PARTMAN_POSTGRES_KEEPER)
delete process.env.PARTMAN_POSTGRES_KEEPER
const data = join(cluster, 'data')
const log = createWriteStream(join(cluster, 'server.log'), { flags: 'a' })
const options = { cwd: cluster, ...owner, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'pipe'] }
const PORT_ATTEMPTS = 5

let server
let ending = false

function end(code) {
  if (ending) return
  ending = true
  const remove = () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    process.exit(code)
  }
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return remove()
  server.once('exit', remove)
  // An immediate shutdown: no checkpoint for data that are removed anyway.
  server.kill('SIGQUIT')
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

/** Resolves with what the program wrote, once it ended or what `until` matches was found in it. */
function output(child, until) {
  return new Promise((resolve) => {
    let text = ''
    const read = (chunk) => {
      if (text === undefined) return
      text += chunk
      if (until?.test(text)) finish(null)
    }
    const finish = (code) => {
      if (text !== undefined) resolve({ code, text })
      text = undefined
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', (error) => {
      read(String(error))
      finish(1)
    })
    child.once('close', finish)
  })
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function makeCluster() {
  const passwordFile = join(cluster, 'password')
  writeFileSync(passwordFile, `${password}\n`)
  const made = await output(
    spawn(
      join(binaries, 'bin', 'initdb'),
      ['-D', data, '-U', 'postgres', '--auth=password', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C', '--no-sync'],
      options,
    ),
  )
  rmSync(passwordFile, { force: true })
  return made
}

// The data of a standby are there already.
const made = existsSync(data) ? { code: 0 } : await makeCluster()
if (made.code !== 0) fail(`initdb failed: ${made.text}`)
else await start(PORT_ATTEMPTS)

async function start(attempts) {
  if (ending) return
  const port = await freePort()
  const flags = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  server = spawn(join(binaries, 'bin', 'postgres'), ['-D', data, ...flags], options)
  for (const stream of [server.stdout, server.stderr]) stream.pipe(log, { end: false })
  const { code, text } = await output(server, /database system is ready to accept (read-only )?connections/)
  if (code === null) {
    server.once('exit', () => end(1))
    process.stdout.write(`${JSON.stringify({ port })}\n`)
  } else if (attempts > 1 && text.includes('could not bind')) await start(attempts - 1)
  else fail(`postgres did not start: ${text}`)
}
