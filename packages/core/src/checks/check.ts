import type { PartmanErrorCode } from '../error.js'
import type { Finding, FindingCode } from '../plan/finding.js'
import type { CheckCode } from './check-code.js'

/** Something that is or may go wrong, with all that somebody on call needs to mend it. */
export interface CheckFinding {
  readonly code: CheckCode | FindingCode | PartmanErrorCode
  /** `error`: something fails, or will soon; `warning`: it costs, or fails when something else comes; `info`: good to know. */
  readonly severity: Finding['severity']
  /** Name of the check that found it. */
  readonly check: string
  /** `file:line:column` of what was declared or written; null where that is no place in a file. */
  readonly declaredAt: string | null
  /** What is wrong, with figures. Names in it come from the database as they are. */
  readonly message: string
  /** Why it matters, in one sentence. */
  readonly reason: string
  readonly nextStep: string
  /**
   * SQL, with `;`, and commands, without, that mend it; `<...>` is to be filled in. Safe as they are, also one after the other: none of them
   * loses rows, undoes a safety or makes others wait for long. Empty where nothing of the kind would mend it.
   */
  readonly statements: readonly string[]
  /** What somebody has to decide on first: never to be run without reading. */
  readonly choices: readonly Choice[]
  /** Page and anchor that explain the code, relative to the repository. */
  readonly page: string
}

/** One way out of several, or one whose premise no check can see. */
export interface Choice {
  /** When it is the right one. */
  readonly label: string
  /** SQL, with `;`; `<...>` is to be filled in. */
  readonly sql: string
}

/** What a check says; the rest follows from the code and the check. */
export type CheckResult = Pick<CheckFinding, 'code' | 'severity' | 'message' | 'reason' | 'nextStep'> &
  Partial<Pick<CheckFinding, 'declaredAt' | 'statements' | 'choices' | 'page'>>

/** One look at facts that were observed before. Pure: the same facts give the same results. */
export interface Check<Facts> {
  /** What it looks at, as in "not looked at: open transactions". */
  readonly name: string
  /** The facts that it needs: where one of them could not be observed, it is left out, and that is told. */
  readonly needs: readonly (keyof Facts & string)[]
  find(facts: Facts): readonly CheckResult[]
}

/** How each of the facts is observed. */
export type Observers<Facts> = { readonly [Name in keyof Facts]: () => Promise<Facts[Name]> }
