import { identifier, sql } from '../sql/sql.js'
import type { ServerCheck } from './server-facts.js'

export const activityCheck: ServerCheck = {
  name: 'sight of other sessions',
  needs: ['server'],
  find: ({ server: { seesActivity, role } }) =>
    seesActivity
      ? []
      : [
          {
            code: 'ACTIVITY_HIDDEN',
            severity: 'info',
            message: `${role} does not see what sessions of other roles do`,
            reason:
              'Old transactions of others are found neither here nor before a detach, which then waits for three seconds and is ended by a later run.',
            nextStep: 'Let an administrator grant the role that maintains the sight of all sessions.',
            choices: [
              {
                label: `where ${role} is the role that maintains, and may see what all others do`,
                sql: sql`GRANT pg_read_all_stats TO ${identifier(role)};`,
              },
            ],
          },
        ],
}
