import { codePage } from '@partman/core'
import type { DoctorCheck } from './doctor-facts.js'

export const documentCheck: DoctorCheck<'declared'> = {
  name: 'document',
  needs: ['declared'],
  find: ({ declared: { stale } }) =>
    stale === null
      ? []
      : [
          {
            code: stale.code,
            severity: 'error',
            message: stale.message,
            reason: 'Whatever maintains goes by the annotations of before, and the other commands refuse; this list goes by them, too.',
            nextStep: stale.hint ?? '',
            statements: ['prisma generate'],
            page: codePage('errors', stale.code),
          },
        ],
}
