import type { Token } from './annotation-tokens.js'
import type { Problem } from './problem.js'

/** Why the rest of an annotation cannot be read. */
export class SyntaxProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
  }
}

export function fail({ position }: Pick<Token, 'position'>, message: string, hint: string): SyntaxProblem {
  return new SyntaxProblem({ position, message, hint })
}

/** Names a word in a message. */
export function describeToken({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the comment' : kind === 'string' ? text : `"${text}"`
}
