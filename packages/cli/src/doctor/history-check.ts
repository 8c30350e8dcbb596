import { fromFinding } from '@partman/core'
import { failedMigration } from '../check-migrations.js'
import { formatCount } from '../format-text.js'
import type { DoctorCheck } from './doctor-facts.js'

export const historyCheck: DoctorCheck<'history'> = {
  name: 'history of migrations',
  needs: ['history'],
  find: ({ history: { pending, failed } }) => [
    ...failed.map((name) => fromFinding(failedMigration(name))),
    ...(pending.length === 0
      ? []
      : [
          {
            code: 'MIGRATIONS_PENDING' as const,
            severity: 'info' as const,
            message: `${formatCount(pending.length, 'migration')} of this folder ${pending.length === 1 ? 'is' : 'are'} not applied to the database: ${pending.join(', ')}`,
            reason: 'The database is behind the schema: whatever the annotations say of new tables and columns is not there yet.',
            // A deploy may delete rows: whoever has read what `partman check` says asks for it.
            nextStep: 'Look through them with `partman check`; where it finds no error, deploy them (`prisma migrate deploy`).',
            statements: ['partman check'],
          },
        ]),
  ],
}
