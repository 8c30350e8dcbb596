import { hostname, userInfo } from 'node:os'
import { explainMissing, formatBound, formatTableName, type RestoredPartition, restoreDetached } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatPrintable } from '../format-text.js'
import { invalidInstant, parseInstant } from '../parse-instant.js'
import type { GlobalOptions, Session } from '../session.js'
import { withDatabase } from '../with-database.js'

const LOCK_OPTIONS = { lockTimeoutMs: 200, attempts: 8, backoffMs: 500 }

interface RestoreOptions extends GlobalOptions {
  readonly args: readonly string[]
  readonly until?: string
  readonly dryRun?: boolean
}

/** `partman restore-detached`. */
export function restoreDetachedCommand(bind: Bind): Command {
  return new Command('restore-detached')
    .description('attach a partition again that was retired and not dropped yet, and hold it')
    .argument('<name>', 'the detached partition, with or without its schema')
    .option('--until <instant>', 'when the hold ends, such as 2028-01-01; otherwise when somebody releases it')
    .option('--dry-run', 'find out whether it can be done, and do nothing')
    .action(bind(runRestore))
}

async function runRestore(session: Session, { args, until, dryRun = false }: RestoreOptions): Promise<ExitCode> {
  const document = await session.document()
  const ends = until === undefined ? null : parseInstant(until)
  if (ends !== null && ends <= Date.now()) throw invalidInstant(until!, 'is not in the future')
  const request = {
    name: args[0]!,
    until: ends === null ? null : new Date(ends).toISOString(),
    by: `${userInfo().username}@${hostname()}`,
    dryRun,
  }
  const restored = await withDatabase(session, ({ database }) =>
    restoreDetached(database, document, request, LOCK_OPTIONS).catch((error: unknown) => {
      throw explainMissing(error)
    }),
  )
  for (const line of describe(restored, dryRun)) session.output.print(formatPrintable(line))
  session.output.printJson({ dryRun, ...restored })
  return EXIT_CODE.done
}

function describe({ partition, parent, bound, isRead, hold }: RestoredPartition, dryRun: boolean): string[] {
  const rows = isRead ? 'its rows are read first, while it stands apart' : 'no row is read for it'
  const whole = [hold.tenant && `tenant ${hold.tenant}`, hold.lower && `from ${hold.lower}`, hold.upper && `to before ${hold.upper}`]
  return [
    `${dryRun ? 'would attach' : 'attached'}  ${formatTableName(partition)} to ${formatTableName(parent)}  ${formatBound(bound)}: ${rows}`,
    `${dryRun ? 'would hold' : 'held'}  ${whole.filter(Boolean).join(', ') || 'all'}, ${hold.until === null ? 'until `partman hold release`' : `until ${hold.until}`}: its retention would take it again`,
  ]
}
