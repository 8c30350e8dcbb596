import { identifier, sql } from '../sql/sql.js'
import type { ServerCheck, ServerHealth } from './server-facts.js'

export const pruningCheck: ServerCheck = {
  name: 'partition pruning',
  needs: ['server'],
  find: ({ server }) =>
    server.settings['enable_partition_pruning']?.value === 'off'
      ? [
          {
            code: 'PARTITION_PRUNING_OFF',
            severity: 'warning',
            message: `enable_partition_pruning is off for ${server.role} in ${server.database}`,
            reason: 'Every query plans, locks and reads all partitions of a table, whatever its condition says.',
            nextStep: 'Set it back; it is on where nobody has changed it. Sessions that are open keep it until they end.',
            statements: [resetSetting(server)],
          },
        ]
      : [],
}

/** What takes the setting away from where the session has it from. */
function resetSetting({ settings, database, role }: ServerHealth): string {
  const [inDatabase, ofRole] = [identifier(database), identifier(role)]
  switch (settings['enable_partition_pruning']?.source) {
    case 'database':
      return sql`ALTER DATABASE ${inDatabase} RESET enable_partition_pruning;`
    case 'user':
      return sql`ALTER ROLE ${ofRole} RESET enable_partition_pruning;`
    case 'database user':
      return sql`ALTER ROLE ${ofRole} IN DATABASE ${inDatabase} RESET enable_partition_pruning;`
    default:
      // Of the whole server: nobody else is to be changed.
      return sql`ALTER ROLE ${ofRole} IN DATABASE ${inDatabase} SET enable_partition_pruning = on;`
  }
}
