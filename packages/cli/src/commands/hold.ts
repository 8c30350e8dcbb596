import { explainMissing, formatTableName, listHolds, type RecordedHold, releaseHold } from '@partman/core'
import { Command } from 'commander'
import { currentActor } from '../actor.js'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatMinute, formatPrintable, formatTable } from '../format-text.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'
import { runHoldAdd } from './hold-add.js'

/** `partman hold add`, `partman hold list` and `partman hold release`. */
export function holdCommand(bind: Bind): Command {
  return new Command('hold')
    .description('legal holds: what a hold is on is neither retired nor dropped, whatever else is declared or approved of')
    .addCommand(
      new Command('add')
        .description('hold the rows of a table, of one tenant or of a range, until the hold is released')
        .argument('<model>', 'model whose rows are held')
        .requiredOption('--reason <text>', 'why, for whoever asks later')
        .option('--tenant <key>', 'only the rows of this tenant')
        .option(
          '--from <key>',
          'from here on: a local date such as 2026-03-01, an instant, or a number where the table is partitioned by one',
        )
        .option('--to <key>', 'up to here, which is not held any more')
        .option('--until <instant>', 'when the hold ends by itself')
        .action(bind(runHoldAdd)),
    )
    .addCommand(
      new Command('list')
        .description('list the holds in force')
        .option('--all', 'those that are over or released, too')
        .action(bind(runList)),
    )
    .addCommand(
      new Command('release')
        .description('release a hold: what the retention does not keep goes in the next runs')
        .argument('<id>', 'as `partman hold list` shows it')
        .option('--reason <text>', 'why, for whoever asks later')
        .action(bind(runRelease)),
    )
}

async function runList(session: Session, { all = false }: { readonly all?: boolean }): Promise<ExitCode> {
  const { output } = session
  const listed = await withDatabase(session, ({ database }) => listHolds(database, { all }).catch(rethrowMissing))
  const holds = all ? listed : listed.filter(({ state }) => state === 'in-force')
  const heading = ['id', 'table', 'tenant', 'from', 'to', 'until', ...(all ? ['state'] : []), 'held', 'by', 'reason']
  output.print(holds.length === 0 ? 'No holds.' : formatTable([heading, ...holds.map((hold) => formatRow(hold, all))]))
  output.printJson({ holds })
  return EXIT_CODE.done
}

function formatRow(hold: RecordedHold, withState: boolean): string[] {
  const { id, table, tenant, lower, upper, until, state, heldAt, heldBy, reason } = hold
  const range = [tenant ?? '-', lower ?? '-', upper ?? '-', formatMinute(until)]
  return [id, formatTableName(table), ...range, ...(withState ? [formatState(hold, state)] : []), formatMinute(heldAt), heldBy, reason]
}

function formatState({ releasedBy }: RecordedHold, state: RecordedHold['state']): string {
  return state === 'released' ? `released by ${releasedBy}` : state.replace('-', ' ')
}

async function runRelease(
  session: Session,
  { args: [id = ''], reason = null }: { readonly args: readonly string[]; readonly reason?: string | null },
): Promise<ExitCode> {
  const { output } = session
  const hold = await withDatabase(session, ({ database }) =>
    releaseHold(database, { id, reason, by: currentActor() }).catch(rethrowMissing),
  )
  output.print(formatPrintable(`Hold ${hold.id} on ${formatTableName(hold.table)} is released (${hold.reason}).`))
  output.print('What the retention of the table does not keep goes in the next runs.')
  output.printJson({ hold })
  return EXIT_CODE.done
}

function rethrowMissing(error: unknown): never {
  throw explainMissing(error)
}
