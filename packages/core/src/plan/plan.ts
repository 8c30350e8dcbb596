import { createHash } from 'node:crypto'
import type { Finding } from './finding.js'
import type { Operation } from './operation.js'

/** What to do, decided at an instant, in the order in which to do it. A plan is a value: it can be stored, shown and compared. */
export interface Plan {
  readonly version: 1
  /** The instant it was made for, ISO 8601. */
  readonly now: string
  readonly operations: readonly Operation[]
  readonly findings: readonly Finding[]
  /** SHA-256 of the operations: two plans with the same fingerprint do the same to the same objects. */
  readonly fingerprint: string
}

export function makePlan(now: number, operations: readonly Operation[], findings: readonly Finding[]): Plan {
  const fingerprint = createHash('sha256').update(JSON.stringify(operations)).digest('hex')
  return { version: 1, now: new Date(now).toISOString(), operations, findings, fingerprint }
}
