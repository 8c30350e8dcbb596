import type { Check, DatabaseFacts, PartmanDocument, PartmanError } from '@partman/core'
import type { ShownFinding } from '../format-finding.js'
import type { Pooling } from './observe-pooling.js'
import type { PrismaFacts } from './observe-prisma.js'

/** What the checks of `partman doctor` go by. */
export interface DoctorFacts extends DatabaseFacts {
  readonly declared: DeclaredDocument
  /** Findings of the plan and of what pending migrations would do, those left out that pending migrations mend. */
  readonly plan: readonly ShownFinding[]
  readonly migrations: readonly ShownFinding[]
  readonly history: { readonly pending: readonly string[]; readonly failed: readonly string[] }
  readonly pooling: Pooling
  readonly prisma: PrismaFacts
  /** The schema of the connection, as Prisma's url names it. */
  readonly schema: string
  readonly partitionSchema: string
}

export interface DeclaredDocument {
  readonly document: PartmanDocument
  /** The schema was changed since it was generated; what it says is gone by all the same. */
  readonly stale: PartmanError | null
}

export type DoctorCheck<Name extends keyof DoctorFacts> = Check<Pick<DoctorFacts, Name>>
