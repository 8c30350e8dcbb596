import type { ServerCheck } from './server-facts.js'

export const standbyCheck: ServerCheck = {
  name: 'standby',
  needs: ['server'],
  find: ({ server: { inRecovery, database } }) =>
    inRecovery
      ? [
          {
            code: 'SERVER_STANDBY',
            severity: 'warning',
            message: `The connection to ${database} leads to a standby`,
            reason: 'Nothing can be written there, so a maintainer that runs with this connection does nothing.',
            nextStep: 'Let the connection of whatever maintains lead to the primary.',
          },
        ]
      : [],
}
