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
      nextStep: 'Ask whoever coordinates it whether it is to be committed (COMMIT PREPARED) or not.',
      statements: [sql`ROLLBACK PREPARED ${literal(gid)};`],
    })),
}
