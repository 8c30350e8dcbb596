import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Role } from '@partman/dashboard'
import { Command, InvalidArgumentError, Option } from 'commander'
import { currentActor } from '../actor.js'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatPrintable } from '../format-text.js'
import { hooksOption, loadHooks } from '../load-hooks.js'
import { isOwnHost } from '../own-host.js'
import type { Session } from '../session.js'
import { type OpenDatabase, withDatabase } from '../with-database.js'

interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly role: Role
  readonly hooks?: string
}

/** What reads has connections of its own: whoever acts waits for none of them. */
const READS_AT_ONCE = 2

/** `partman serve`. */
export function serveCommand(bind: Bind): Command {
  return new Command('serve')
    .description('serve the dashboard and its REST API on this machine, until SIGINT or SIGTERM')
    .option('--port <number>', 'port to listen on; 0 is a free one', parsePort, 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--role <role>', 'what whoever opens the link may do').choices(['viewer', 'operator', 'admin']).default('viewer'))
    .addOption(hooksOption())
    .action(bind(runServe))
}

async function runServe(session: Session, { host, port, role, hooks: module }: ServeOptions): Promise<ExitCode> {
  const document = await session.document()
  const hooks = await loadHooks(session.folder, module)
  // Not by the others, which need not wait for it to load.
  const { createDashboard, linkLogin, nodeHandler } = await import('@partman/dashboard')
  const { output } = session
  // Not as an argument, which every user of the machine can read.
  const token = process.env['PARTMAN_SERVE_TOKEN']
  // Whatever else listens on this machine gets the cookie of a path that it does not know as little as other hosts do.
  const basePath = `/${randomBytes(12).toString('hex')}`
  const login = linkLogin({ access: { user: currentActor(), role }, basePath, ...(token ? { token } : {}) })
  const serve = async ({ database }: OpenDatabase) => {
    const logger = { info() {}, warn() {}, error: (fields: object, message: string) => output.warn(describeFailure(fields, message)) }
    const access = login.access
    const dashboard = createDashboard({ document, database, basePath, access, logger, hooks, readsAtOnce: READS_AT_ONCE })
    const answer = nodeHandler(login.wrap(dashboard))
    const server = createServer((request, response) => {
      if (isOwnHost(request.headers.host, host)) void answer(request, response)
      else response.writeHead(421, { 'content-type': 'text/plain' }).end('The server is not known by this name\n')
    })
    const stop = new AbortController()
    const stopped = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).then(() => signal)))
    server.listen(port, host)
    await once(server, 'listening')
    const url = `${urlOf(server)}${basePath}`
    output.print(`${url}/?token=${login.token}`)
    output.printJson({ url, token: login.token, role }, { compact: true })
    if (!isLoopback(host)) output.warn(`warning: ${host} can be reached from other machines, and what is sent there is not encrypted`)
    if (role !== 'viewer' && module === undefined) {
      output.warn('warning: what is applied here asks no hooks; where the maintainer of the application has some, pass them with --hooks')
    }
    const signal = await stopped
    // A second signal ends the process at once, as if nothing were listening.
    stop.abort()
    output.warn(`${signal}: finishing the requests under way`)
    const closed = once(server, 'close')
    server.close()
    server.closeIdleConnections()
    await closed
  }
  await withDatabase(session, serve, { readers: READS_AT_ONCE })
  return EXIT_CODE.done
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

function describeFailure(fields: object, message: string): string {
  const { err } = fields as { readonly err?: unknown }
  return formatPrintable(`${message}: ${err instanceof Error ? err.message : String(err)}`)
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
