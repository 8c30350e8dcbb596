import { type Annotation, type Argument, type ArgumentValue, parseAnnotations, startsAnnotation } from './parse-annotation.js'
import type { Position, Problem } from './problem.js'
import type { CommentLine, CommentPlace, DocComment, SchemaBlock } from './scan-schema.js'
import { suggestName } from './suggest-name.js'

/** An annotation over a model, with arguments that exist and have values of the right kind. */
export interface ModelAnnotation {
  readonly block: SchemaBlock
  readonly position: Position
  readonly arguments: ReadonlyMap<string, ArgumentValue>
}

export interface SchemaAnnotations {
  /** `@partman`: models to partition. */
  readonly partitioned: readonly ModelAnnotation[]
  /** `@partman.tenants`: models that have one row per tenant. */
  readonly tenants: readonly ModelAnnotation[]
}

interface ArgumentRule {
  readonly kind: ArgumentValue['kind']
  readonly example: string
  readonly required?: true
}

const KINDS = {
  identifier: 'a name without quotes',
  string: 'a number and a unit in double quotes',
  integer: 'a whole number',
} as const

const RULES: Readonly<Record<string, Readonly<Record<string, ArgumentRule>>>> = {
  partman: {
    by: { kind: 'identifier', example: 'by: createdAt', required: true },
    interval: { kind: 'string', example: 'interval: "1 day"', required: true },
    premake: { kind: 'integer', example: 'premake: 10' },
    retention: { kind: 'string', example: 'retention: "30 days"' },
    grace: { kind: 'string', example: 'grace: "24 hours"' },
    timeZone: { kind: 'string', example: 'timeZone: "Europe/Vienna"' },
    tenant: { kind: 'identifier', example: 'tenant: projectId' },
    tenants: { kind: 'identifier', example: 'tenants: Project' },
  },
  'partman.tenants': {
    key: { kind: 'identifier', example: 'key: id' },
  },
}

/** Resolves documentation comments to the annotations over models; whatever is misplaced or misspelt becomes a problem. */
export function resolveAnnotations(comments: readonly DocComment[], problems: Problem[]): SchemaAnnotations {
  const partitioned: ModelAnnotation[] = []
  const tenants: ModelAnnotation[] = []
  for (const comment of comments) {
    if (comment.kind === 'star') refuseStarComment(comment, problems)
    else {
      for (const annotation of parseAnnotations(comment.lines, problems)) {
        const resolved = resolveAnnotation(annotation, comment.place, problems)
        if (resolved) (annotation.name === 'partman' ? partitioned : tenants).push(resolved)
      }
    }
  }
  refuseSeconds(partitioned, tenants, problems)
  return { partitioned, tenants }
}

/** Warns of annotations behind two slashes: they may be taken out for a while, or a slash may have been forgotten. */
export function warnOfRemarks(remarks: readonly CommentLine[], warnings: Problem[]): void {
  warnings.push(...unreadAnnotations(remarks))
}

function refuseStarComment({ lines }: DocComment, problems: Problem[]): void {
  problems.push(...unreadAnnotations(lines))
}

function unreadAnnotations(lines: readonly CommentLine[]): Problem[] {
  const annotations = lines.filter(({ text }) => startsAnnotation(text))
  return annotations.map(({ text, position }) => ({
    position: { ...position, column: position.column + text.search(/\S/) },
    message: 'Annotations are read from /// comments only',
    hint: 'Write it on `///` lines directly above the model.',
  }))
}

function resolveAnnotation(annotation: Annotation, place: CommentPlace, problems: Problem[]): ModelAnnotation | undefined {
  const { name, position } = annotation
  const rules = RULES[name]
  if (!rules) {
    const known = Object.keys(RULES)
    const suggestion = suggestName(name, known)
    const hint = suggestion ? `Did you mean @${suggestion}?` : `There are ${known.map((other) => `@${other}`).join(' and ')}.`
    problems.push({ position, message: `Unknown annotation @${name}`, hint })
    return undefined
  }
  const misplaced = placeProblem(annotation, place)
  if (misplaced) problems.push(misplaced)
  const values = resolveArguments(annotation, rules, problems)
  return place.kind === 'block' && !misplaced && values ? { block: place.block, position, arguments: values } : undefined
}

function placeProblem({ name, position }: Annotation, place: CommentPlace): Problem | undefined {
  const above = 'Put it on a `///` line directly above the model.'
  switch (place.kind) {
    case 'block':
      if (place.block.kind === 'model') return undefined
      return {
        position,
        message: `@${name} stands above ${withArticle(place.block.kind)}; only a model can be ${name === 'partman' ? 'partitioned' : 'a tenant table'}`,
        hint: `Put it directly above a model, or remove it from ${place.block.name}.`,
      }
    case 'member':
      return {
        position,
        message: `@${name} stands at ${place.block.name}.${place.member}, inside ${withArticle(place.block.kind)}`,
        hint: `Put it on a \`///\` line directly above \`${place.block.kind} ${place.block.name}\`, and name the field there.`,
      }
    case 'behind-block':
      return { position, message: `@${name} stands behind the closing brace of ${place.block.name}`, hint: above }
    case 'nothing':
      return {
        position,
        message: `@${name} belongs to no model`,
        hint: 'Put it directly above a model: an empty line between the two parts them.',
      }
  }
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
}

function resolveArguments(
  { name, position, arguments: given }: Annotation,
  rules: Readonly<Record<string, ArgumentRule>>,
  problems: Problem[],
): ReadonlyMap<string, ArgumentValue> | undefined {
  const values = new Map<string, ArgumentValue>()
  const found = given.map((argument) => argumentProblem(name, argument, rules, values)).filter((problem) => problem !== undefined)
  const named = new Set(given.map((argument) => argument.name))
  const unknown = given.some((argument) => !rules[argument.name])
  for (const [argument, { required, example }] of Object.entries(rules)) {
    // A misspelt name has a problem of its own already; "missing" would be the same thing said twice.
    if (!required || named.has(argument) || unknown) continue
    found.push({ position, message: `@${name} needs the argument "${argument}"`, hint: `Add ${example}` })
  }
  problems.push(...found)
  return found.length === 0 ? values : undefined
}

function argumentProblem(
  annotation: string,
  { name, position, value }: Argument,
  rules: Readonly<Record<string, ArgumentRule>>,
  values: Map<string, ArgumentValue>,
): Problem | undefined {
  const rule = rules[name]
  if (!rule) {
    const known = Object.keys(rules)
    const suggestion = suggestName(name, known)
    const hint = suggestion ? `Did you mean "${suggestion}"?` : `@${annotation} takes ${known.join(', ')}.`
    return { position, message: `Unknown argument "${name}" of @${annotation}`, hint }
  }
  if (values.has(name))
    return { position, message: `The argument "${name}" of @${annotation} is given twice`, hint: 'Keep one of the two.' }
  values.set(name, value)
  if (value.kind === rule.kind) return undefined
  const wanted = name === 'timeZone' ? 'an IANA name in double quotes' : KINDS[rule.kind]
  const hint = rule.kind === 'identifier' && value.kind === 'string' ? `Write ${name}: ${value.text}` : `For example ${rule.example}`
  return { position: value.position, message: `The argument "${name}" of @${annotation} takes ${wanted}`, hint }
}

function refuseSeconds(partitioned: ModelAnnotation[], tenants: ModelAnnotation[], problems: Problem[]): void {
  const first = new Map<SchemaBlock, string>()
  for (const [name, annotations] of [
    ['partman', partitioned],
    ['partman.tenants', tenants],
  ] as const) {
    for (const { block, position } of annotations) {
      const other = first.get(block)
      if (other === undefined) first.set(block, name)
      else if (other === name) {
        problems.push({ position, message: `${block.name} carries @${name} twice`, hint: 'Keep one of the two.' })
      } else {
        problems.push({
          position,
          message: `${block.name} carries both @partman and @partman.tenants`,
          hint: 'A tenant table stays a plain table: other tables refer to its key, which a partitioned table cannot keep unique. Remove one of the two.',
        })
      }
    }
  }
}
