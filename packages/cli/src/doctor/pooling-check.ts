import type { DoctorCheck } from './doctor-facts.js'

export const poolingCheck: DoctorCheck<'pooling'> = {
  name: 'way to the server',
  needs: ['pooling'],
  find: ({ pooling }) =>
    pooling === 'direct'
      ? []
      : [
          {
            code: 'CONNECTION_POOLED',
            severity: 'info',
            message:
              pooling === 'transaction'
                ? 'The connection goes through a pooler that hands out connections by transaction'
                : 'Something answers in the place of the server: a pooler, most likely, that keeps one connection for each client',
            reason:
              pooling === 'transaction'
                ? 'partman works through it; Prisma Migrate does not, as the lock that it holds for its session is held by nobody there.'
                : 'partman works through it; a maintainer that waits for one of its connections cannot keep its lease.',
            nextStep: 'Give migrations a connection that leads to the server itself, and the maintainer a pool of its own.',
          },
        ],
}
