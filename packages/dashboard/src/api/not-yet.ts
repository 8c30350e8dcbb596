import { ProblemError } from './problem.js'

/** What a declared endpoint answers until it is there. */
export async function notYet(): Promise<never> {
  throw new ProblemError('NOT_IMPLEMENTED', 'This release does not have it yet')
}
