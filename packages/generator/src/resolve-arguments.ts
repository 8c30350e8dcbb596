import type { AnnotationRule, ArgumentRule } from './annotation-rules.js'
import type { Annotation, Argument } from './parse-annotation.js'
import type { ArgumentValue, ArrayValue, ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { suggestName } from './suggest-name.js'

/** The arguments of an annotation that exist and have values of the right kind: single ones, and those in brackets. */
export interface Arguments {
  readonly single: ReadonlyMap<string, ScalarValue>
  readonly lists: ReadonlyMap<string, ArrayValue>
}

/** Resolves what an annotation is given by what it takes; undefined where it has a problem. */
export function resolveArguments(
  { name, position, arguments: given }: Annotation,
  { arguments: rules, elsewhere }: AnnotationRule,
  problems: Problem[],
): Arguments | undefined {
  if (!given) return undefined
  const values = new Map<string, ArgumentValue>()
  const found: Problem[] = []
  for (const argument of given) {
    const rule = rules.get(argument.name)
    const problem = rule
      ? argumentProblem(name, argument, rule, values.has(argument.name))
      : unknownArgument(name, argument, rules, elsewhere)
    if (problem) found.push(problem)
    values.set(argument.name, argument.value)
  }
  const unknown = given.some((argument) => !rules.has(argument.name))
  for (const [argument, { required, example }] of rules) {
    // A misspelt name has a problem of its own already; "missing" would be the same thing said twice.
    if (!required || values.has(argument) || unknown) continue
    found.push({ position, message: `@${name} needs the argument "${argument}"`, hint: `Add ${example}` })
  }
  problems.push(...found)
  return found.length === 0 ? sortOut(values) : undefined
}

function sortOut(values: ReadonlyMap<string, ArgumentValue>): Arguments {
  const single = new Map<string, ScalarValue>()
  const lists = new Map<string, ArrayValue>()
  for (const [name, value] of values) {
    if (value.kind === 'array') lists.set(name, value)
    else single.set(name, value)
  }
  return { single, lists }
}

function unknownArgument(
  annotation: string,
  { name, position }: Argument,
  rules: AnnotationRule['arguments'],
  elsewhere: AnnotationRule['elsewhere'],
): Problem {
  const known = [...rules.keys()]
  const suggestion = suggestName(name, known)
  const hint = elsewhere.get(name) ?? (suggestion ? `Did you mean "${suggestion}"?` : `@${annotation} takes ${known.join(', ')}.`)
  return { position, message: `Unknown argument "${name}" of @${annotation}`, hint }
}

function argumentProblem(
  annotation: string,
  { name, position, value }: Argument,
  rule: ArgumentRule,
  isSecond: boolean,
): Problem | undefined {
  const { accepts, wanted, example, choices } = rule
  const quoted = accepts.includes('identifier') && value.kind === 'string' && /^\w+$/.test(value.text)
  if (isSecond) return { position, message: `The argument "${name}" of @${annotation} is given twice`, hint: 'Keep one of the two.' }
  if (!accepts.includes(value.kind)) {
    const hint = quoted ? `Write ${name}: ${value.text}` : `For example ${example}`
    return { position: value.position, message: `The argument "${name}" of @${annotation} takes ${wanted}`, hint }
  }
  if (!choices || value.kind === 'array' || choices.includes(value.text)) return undefined
  const suggestion = suggestName(value.text, choices)
  return {
    position: value.position,
    message: `The argument "${name}" of @${annotation} takes ${wanted}`,
    hint: suggestion ? `Did you mean ${suggestion}?` : `For example ${example}`,
  }
}
