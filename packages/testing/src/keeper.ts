import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process that owns a server, and ends it when this process ends in whatever way. */
export interface Keeper {
  readonly port: number
  /** Ends the server and removes its files; may be called twice. */
  stop(): Promise<void>
}

/** Starts a keeper of the folder `bin`. It reads its configuration in an environment variable, and writes one line: the port, or what went wrong. */
export async function startKeeper(name: 'postgres' | 'pgbouncer', config: object): Promise<Keeper> {
  const program = fileURLToPath(new URL(`../bin/${name}-keeper.js`, import.meta.url))
  // Detached, so that an interrupt from the terminal reaches only this process, and the keeper can still tidy up after it.
  const keeper = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, [`PARTMAN_${name.toUpperCase()}_KEEPER`]: JSON.stringify(config) },
  })
  const port = await listeningPort(keeper, name)
  release(keeper)
  return { port, stop: () => stop(keeper) }
}

async function listeningPort(keeper: ChildProcess, name: string): Promise<number> {
  if (keeper.stdout === null) throw new Error(`The process that keeps ${name} has no standard output.`)
  for await (const line of createInterface({ input: keeper.stdout })) {
    const message = JSON.parse(line) as { port: number } | { error: string }
    if ('port' in message) return message.port
    throw new Error(`${name} did not start. ${message.error}`)
  }
  throw new Error(`${name} did not start: the process that keeps it ended.`)
}

/** Lets this process end while the server runs; the keeper notices and stops the server. */
function release(keeper: ChildProcess): void {
  keeper.unref()
  for (const stream of [keeper.stdin, keeper.stdout]) (stream as { unref?: () => void } | null)?.unref?.()
}

async function stop(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  keeper.ref()
  const exited = once(keeper, 'exit')
  keeper.stdin?.end()
  await exited
}
