import { literal, sql } from '../sql/sql.js'
import { formatDurationMs } from './format-duration-ms.js'
import type { ServerCheck } from './server-facts.js'

export const preparedTransactionsCheck: ServerCheck = {
  name: 'prepared transactions',
  needs: ['server'],
  find: ({ server: { prepared } }) =>
    prepared.map(({ gid, owner, ageMs }) => ({
      code: 'PREPARED_TRANSACTION_OLD',
      severity: 'warning',
      message: `The prepared transaction ${gid} of ${owner} waits for ${formatDurationMs(ageMs)}`,
      reason: 'It keeps its locks and the rows that it might see, also over a restart, and no session is there that could be ended.',
      nextStep: 'Ask whoever coordinates it whether it is to be committed or not: only they know what its other parts did.',
      choices: [
        { label: 'where its coordinator has committed it, or will', sql: sql`COMMIT PREPARED ${literal(gid)};` },
        { label: 'where its coordinator has given it up: what it wrote is lost', sql: sql`ROLLBACK PREPARED ${literal(gid)};` },
      ],
    })),
}
