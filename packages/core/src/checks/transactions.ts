import { identifier, integer, sql } from '../sql/sql.js'
import type { CheckResult } from './check.js'
import { formatDurationMs } from './format-duration-ms.js'
import type { OpenTransaction, ServerCheck } from './server-facts.js'

/** A backup that is cut off is none, and a run of maintenance ends by itself. */
const MAY_TAKE_LONG = /^(?:partman|pg_dump|pg_dumpall|pg_basebackup)\b/i

export const transactionsCheck: ServerCheck = {
  name: 'open transactions',
  needs: ['server'],
  find({ server: { transactions, settings, database } }): CheckResult[] {
    const isUnlimited = settings['idle_in_transaction_session_timeout']?.value === '0'
    return transactions.map((one) => {
      const limit = isUnlimited && one.state?.startsWith('idle in transaction') === true
      const isMeant = MAY_TAKE_LONG.test(one.application ?? '')
      return {
        code: 'TRANSACTION_OLD',
        severity: 'warning',
        message: `${describe(one)}${limit ? '; idle_in_transaction_session_timeout is 0' : ''}`,
        reason:
          'Until it ends no partition of a table that it uses is detached; and it may keep indexes from being built and rows from being vacuumed.',
        nextStep: `${isMeant ? 'It ends by itself: look at what it does before anything else.' : 'Find out what it waits for, and end it.'}${limit ? ' A limit ends the next one that is forgotten.' : ''}`,
        choices: [
          ...(isMeant
            ? []
            : [
                {
                  label: 'where nobody needs what it has done: all of it is lost',
                  sql: sql`SELECT pg_terminate_backend(${integer(one.pid)});`,
                },
              ]),
          ...(limit
            ? [
                {
                  label: 'where no session of any role may idle in a transaction for longer, backups included',
                  sql: sql`ALTER DATABASE ${identifier(database)} SET idle_in_transaction_session_timeout = '5min';`,
                },
              ]
            : []),
        ],
      }
    })
  },
}

function describe({ pid, user, application, state, ageMs }: OpenTransaction): string {
  const who = [`pid ${pid}`, user, application].filter((part) => part !== null && part !== '').join(' ')
  return `The transaction of ${who} is open for ${formatDurationMs(ageMs)}, ${state ?? 'in a state that the role may not see'}`
}
