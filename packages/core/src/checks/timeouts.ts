import { identifier, sql } from '../sql/sql.js'
import type { CheckResult } from './check.js'
import type { ServerCheck, ServerHealth } from './server-facts.js'

/**
 * What no limit of our own can be local to: a concurrent detach, which the maintainer lets wait for three seconds, and a concurrent index build,
 * which it lets wait for a minute, besides the time that either works. In milliseconds.
 */
const LONG_ENOUGH_MS = { statement_timeout: 600_000, lock_timeout: 60_000 } as const

export const timeoutsCheck: ServerCheck = {
  name: 'timeouts of the role',
  needs: ['server'],
  find: ({ server }): CheckResult[] =>
    (['statement_timeout', 'lock_timeout'] as const).flatMap((name) => {
      const ms = Number(server.settings[name]?.value ?? 0)
      if (ms === 0 || ms >= LONG_ENOUGH_MS[name]) return []
      return [
        {
          code: 'TIMEOUT_CANCELS',
          severity: 'warning',
          message: `${name} is ${ms} ms for ${server.role} in ${server.database}`,
          reason:
            'DETACH ... CONCURRENTLY and CREATE INDEX CONCURRENTLY run outside transactions, where nothing else can be set: cut off by it, a detach stays pending and an index invalid.',
          nextStep:
            'Give the role that maintains none of its own, or another role to maintain with: partman limits its statements itself. Sessions that are open keep it until they end.',
          // Never a RESET for the database: it is the limit of every other role, too.
          choices: [{ label: `where ${server.role} maintains, and the application uses another role`, sql: withoutLimit(server, name) }],
        },
      ]
    }),
}

function withoutLimit({ database, role }: ServerHealth, name: keyof typeof LONG_ENOUGH_MS): string {
  const setting = { statement_timeout: sql`statement_timeout`, lock_timeout: sql`lock_timeout` }[name]
  return sql`ALTER ROLE ${identifier(role)} IN DATABASE ${identifier(database)} SET ${setting} = 0;`
}
