import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { Bind, Run } from './bind.js'
import { alertsCommand } from './commands/alerts.js'
import { applyCommand } from './commands/apply.js'
import { approveCommand } from './commands/approve.js'
import { checkCommand } from './commands/check.js'
import { doctorCommand } from './commands/doctor.js'
import { holdCommand } from './commands/hold.js'
import { initCommand } from './commands/init.js'
import { maintainCommand } from './commands/maintain.js'
import { migrateCommand } from './commands/migrate.js'
import { planCommand } from './commands/plan.js'
import { restoreDetachedCommand } from './commands/restore-detached.js'
import { serveCommand } from './commands/serve.js'
import { simulateCommand } from './commands/simulate.js'
import { statusCommand } from './commands/status.js'
import { tenantsCommand } from './commands/tenants.js'
import { EXIT_CODE, type ExitCode } from './exit-code.js'
import { createOutput } from './output.js'
import { reportError } from './report-error.js'
import { type GlobalOptions, Session } from './session.js'

/** Runs the command line and returns its exit code. Never throws. */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODE.done
  const bind: Bind = (run) =>
    async function (this: Command) {
      const options = this.optsWithGlobals()
      exitCode = await runCommand(run as Run<object>, { ...options, args: this.args } as GlobalOptions & object)
    }
  const program = buildProgram(bind)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    return reportUsage(error, argv)
  }
}

async function runCommand(run: Run<object>, options: GlobalOptions): Promise<ExitCode> {
  const output = createOutput({ json: options.json ?? false })
  const session = new Session(process.cwd(), options, output, process.env)
  try {
    return await run(session, options)
  } catch (error) {
    return reportError(error, output, session.errorOptions)
  }
}

/** All commands with their options; what each does is bound to it. */
export function buildProgram(bind: Bind): Command {
  const program = new Command('partman')
    .description('Native PostgreSQL partitions for Prisma models')
    .version(readVersion())
    .option('--url <url>', 'database; otherwise PARTMAN_DATABASE_URL, otherwise the Prisma configuration')
    .option('--schema <path>', 'Prisma schema, a file or a folder; otherwise as Prisma finds it')
    .option('--config <path>', 'Prisma configuration; otherwise as Prisma finds it')
    .option('--document <path>', 'partman.json; otherwise where the generator block writes it')
    .option('--json', 'write the result as JSON')
    .option('--debug', 'show the stack of an error')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 done or nothing to do, 1 failed, 2 differences found, 3 refused, 4 another maintainer holds the lease.',
    )
  for (const makeCommand of [
    initCommand,
    migrateCommand,
    planCommand,
    applyCommand,
    approveCommand,
    simulateCommand,
    maintainCommand,
    statusCommand,
    checkCommand,
    alertsCommand,
    doctorCommand,
    tenantsCommand,
    holdCommand,
    restoreDetachedCommand,
    serveCommand,
  ]) {
    program.addCommand(makeCommand(bind))
  }
  return prepare(program)
}

/** Options of added commands are not inherited: each must be told to throw instead of ending the process. */
function prepare(command: Command): Command {
  command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
  command.configureHelp({ showGlobalOptions: true })
  for (const child of command.commands) prepare(child)
  return command
}

function reportUsage(error: unknown, argv: readonly string[]): ExitCode {
  const output = createOutput({ json: argv.includes('--json') })
  if (!(error instanceof CommanderError)) return reportError(error, output, { debug: true, urls: [] })
  // Help and version are answers, not errors.
  if (error.exitCode === 0) return EXIT_CODE.done
  // No command was named; the help has been shown.
  if (error.code === 'commander.help') return EXIT_CODE.failed
  const message = error.message.replace(/^error: /, '')
  output.printJson({ error: { code: 'USAGE_INVALID', message, hint: 'See `partman --help`.' } })
  if (!output.json) output.warn(`error: ${message}\nSee \`partman --help\`.`)
  return EXIT_CODE.failed
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
