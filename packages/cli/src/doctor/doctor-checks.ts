import { type Check, DATABASE_CHECKS } from '@partman/core'
import { datasourceCheck } from './datasource-check.js'
import type { DoctorFacts } from './doctor-facts.js'
import { documentCheck } from './document-check.js'
import { historyCheck } from './history-check.js'
import { migrationsCheck, planCheck } from './plan-checks.js'
import { poolingCheck } from './pooling-check.js'
import { prismaVersionsCheck } from './prisma-versions-check.js'

/** What `partman doctor` looks at, in the order in which it tells of it. */
export const DOCTOR_CHECKS: readonly Check<DoctorFacts>[] = [documentCheck, planCheck, ...DATABASE_CHECKS, poolingCheck]

/** What it looks at besides where there is a Prisma project. */
export const PROJECT_CHECKS: readonly Check<DoctorFacts>[] = [historyCheck, migrationsCheck, datasourceCheck, prismaVersionsCheck]
