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
            statements: [resetSetting(server, 'enable_partition_pruning')],
          },
        ]
      : [],
}

/** What takes a setting away from where the session has it from. */
export function resetSetting(
  { settings, database, role }: ServerHealth,
  name: 'enable_partition_pruning' | 'statement_timeout' | 'lock_timeout',
): string {
  const names = {
    enable_partition_pruning: sql`enable_partition_pruning`,
    statement_timeout: sql`statement_timeout`,
    lock_timeout: sql`lock_timeout`,
  }
  const [setting, inDatabase, ofRole] = [names[name], identifier(database), identifier(role)]
  switch (settings[name]?.source) {
    case 'database':
      return sql`ALTER DATABASE ${inDatabase} RESET ${setting};`
    case 'user':
      return sql`ALTER ROLE ${ofRole} RESET ${setting};`
    case 'database user':
      return sql`ALTER ROLE ${ofRole} IN DATABASE ${inDatabase} RESET ${setting};`
    default:
      // Of the whole server: nobody else is to be changed.
      return name === 'enable_partition_pruning'
        ? sql`ALTER ROLE ${ofRole} IN DATABASE ${inDatabase} SET ${setting} = on;`
        : sql`ALTER ROLE ${ofRole} IN DATABASE ${inDatabase} SET ${setting} = 0;`
  }
}
