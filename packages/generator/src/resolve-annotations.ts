import { ANNOTATIONS, TENANTS } from './annotation-rules.js'
import { joinNames } from './join-names.js'
import { type Annotation, parseAnnotations, startsAnnotation } from './parse-annotation.js'
import type { Problem } from './problem.js'
import { resolveArguments } from './resolve-arguments.js'
import type { CommentLine, CommentPlace, DocComment } from './scan-schema.js'
import { type FoundAnnotation, type SchemaAnnotations, stackAnnotations } from './stack-annotations.js'
import { suggestName } from './suggest-name.js'

/** Resolves documentation comments to the annotations over models; whatever is misplaced or misspelt becomes a problem. */
export function resolveAnnotations(comments: readonly DocComment[], problems: Problem[]): SchemaAnnotations {
  const found: FoundAnnotation[] = []
  for (const comment of comments) {
    if (comment.kind === 'star') problems.push(...unreadAnnotations(comment.lines))
    else {
      for (const annotation of parseAnnotations(comment.lines, problems)) {
        const resolved = resolveAnnotation(annotation, comment.place, problems)
        if (resolved) found.push(resolved)
      }
    }
  }
  return stackAnnotations(found, problems)
}

/** Warns of annotations behind two slashes: they may be taken out for a while, or a slash may have been forgotten. */
export function warnOfRemarks(remarks: readonly CommentLine[], warnings: Problem[]): void {
  warnings.push(...unreadAnnotations(remarks))
}

function unreadAnnotations(lines: readonly CommentLine[]): Problem[] {
  const annotations = lines.filter(({ text }) => startsAnnotation(text))
  return annotations.map(({ text, position }) => ({
    position: { ...position, column: position.column + text.search(/\S/) },
    message: 'Annotations are read from /// comments only',
    hint: 'Write it on `///` lines directly above the model.',
  }))
}

function resolveAnnotation(annotation: Annotation, place: CommentPlace, problems: Problem[]): FoundAnnotation | undefined {
  const { name, position } = annotation
  const rule = ANNOTATIONS.get(name)
  if (!rule) {
    const known = [...ANNOTATIONS.keys()]
    const suggestion = suggestAnnotation(name, known)
    const hint = suggestion
      ? `Did you mean @${suggestion}?`
      : `There are ${joinNames(
          known.map((other) => `@${other}`),
          'and',
        )}.`
    problems.push({ position, message: `Unknown annotation @${name}`, hint })
    return undefined
  }
  const misplaced = placeProblem(annotation, place)
  if (misplaced) problems.push(misplaced)
  const values = resolveArguments(annotation, rule, problems)
  return place.kind === 'block' && !misplaced ? { name, block: place.block, position, arguments: values } : undefined
}

/** Behind a right beginning only the rest counts, or every name would be close to every other. */
function suggestAnnotation(name: string, known: readonly string[]): string | undefined {
  const [, level] = /^partman\.(.*)$/.exec(name) ?? []
  if (level === undefined) return suggestName(name, known)
  const suggestion = suggestName(
    level,
    known.map((other) => other.replace(/^partman\.?/, '')),
  )
  return suggestion && `partman.${suggestion}`
}

function placeProblem({ name, position }: Annotation, place: CommentPlace): Problem | undefined {
  const above = 'Put it on a `///` line directly above the model.'
  switch (place.kind) {
    case 'block':
      if (place.block.kind === 'model') return undefined
      return {
        position,
        message: `@${name} stands above ${withArticle(place.block.kind)}; only a model can be ${name === TENANTS ? 'a tenant table' : 'partitioned'}`,
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
