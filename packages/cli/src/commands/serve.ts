import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Role } from '@partman/dashboard'
import { Command, InvalidArgumentError, Option } from 'commander'
import { currentActor } from '../actor.js'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly role: Role
}

/** `partman serve`. */
export function serveCommand(bind: Bind): Command {
  return new Command('serve')
    .description('serve the dashboard and its REST API on this machine, until SIGINT or SIGTERM')
    .option('--port <number>', 'port to listen on; 0 is a free one', parsePort, 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--role <role>', 'what whoever opens the link may do').choices(['viewer', 'operator', 'admin']).default('viewer'))
    .action(bind(runServe))
}

async function runServe(session: Session, { host, port, role }: ServeOptions): Promise<ExitCode> {
  const document = await session.document()
  // Not by the others, which need not wait for it to load.
  const { createDashboard, linkLogin, nodeHandler } = await import('@partman/dashboard')
  const { output } = session
  // Not as an argument, which every user of the machine can read.
  const token = process.env['PARTMAN_SERVE_TOKEN']
  // Whatever else listens on this machine gets the cookie of a path that it does not know as little as other hosts do.
  const basePath = `/${randomBytes(12).toString('hex')}`
  const login = linkLogin({ access: { user: currentActor(), role }, basePath, ...(token ? { token } : {}) })
  await withDatabase(session, async ({ database }) => {
    const logger = { info() {}, warn() {}, error: (fields: object, message: string) => output.warn(describeFailure(fields, message)) }
    const dashboard = createDashboard({ document, database, basePath, access: login.access, logger })
    const server = createServer(nodeHandler(login.wrap(dashboard)))
    const stop = new AbortController()
    const stopped = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).then(() => signal)))
    server.listen(port, host)
    await once(server, 'listening')
    const url = `${urlOf(server)}${basePath}`
    output.print(`${url}/?token=${login.token}`)
    output.printJson({ url, token: login.token, role }, { compact: true })
    if (!isLoopback(host)) output.warn(`warning: ${host} can be reached from other machines, and what is sent there is not encrypted`)
    const signal = await stopped
    // A second signal ends the process at once, as if nothing were listening.
    stop.abort()
    output.warn(`${signal}: finishing the requests under way`)
    const closed = once(server, 'close')
    server.close()
    server.closeIdleConnections()
    await closed
  })
  return EXIT_CODE.done
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

function describeFailure(fields: object, message: string): string {
  const { err } = fields as { readonly err?: unknown }
  return `${message}: ${err instanceof Error ? err.message : String(err)}`
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
