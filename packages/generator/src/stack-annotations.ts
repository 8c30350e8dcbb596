import { RETENTION, SHORT_FORM, TENANTS } from './annotation-rules.js'
import type { Position, Problem } from './problem.js'
import type { Arguments } from './resolve-arguments.js'
import type { SchemaBlock } from './scan-schema.js'

/** An annotation over a model. */
export interface ModelAnnotation {
  /** Without the `@`. */
  readonly name: string
  readonly block: SchemaBlock
  readonly position: Position
  readonly arguments: Arguments
}

/** An annotation over a model whose arguments may not exist or be of the wrong kind; they are problems then. */
export type FoundAnnotation = Omit<ModelAnnotation, 'arguments'> & { readonly arguments: Arguments | undefined }

/** One level of the long form, with the retention that stands below it. */
export interface AnnotatedLevel {
  readonly annotation: ModelAnnotation
  readonly retention: ModelAnnotation | undefined
}

/** A model to partition: by `@partman` alone, or by levels, outermost first. */
export type PartitionedBlock =
  | { readonly kind: 'short'; readonly block: SchemaBlock; readonly position: Position; readonly annotation: ModelAnnotation }
  | { readonly kind: 'long'; readonly block: SchemaBlock; readonly position: Position; readonly levels: readonly AnnotatedLevel[] }

export interface SchemaAnnotations {
  readonly partitioned: readonly PartitionedBlock[]
  /** `@partman.tenants`: models that have one row per tenant. */
  readonly tenants: readonly ModelAnnotation[]
}

/** Sorts annotations by model, in the order they are written in; what does not go together becomes a problem. */
export function stackAnnotations(found: readonly FoundAnnotation[], problems: Problem[]): SchemaAnnotations {
  const blocks = new Map<SchemaBlock, FoundAnnotation[]>()
  for (const annotation of found) blocks.set(annotation.block, [...(blocks.get(annotation.block) ?? []), annotation])
  const partitioned: PartitionedBlock[] = []
  const tenants: ModelAnnotation[] = []
  for (const [block, annotations] of blocks) {
    const sets = annotations.filter(({ name }) => name === TENANTS)
    const stack = annotations.filter(({ name }) => name !== TENANTS)
    const [set, secondSet] = sets
    if (secondSet) problems.push(twice(secondSet))
    if (set && stack[0]) problems.push(tenantsAndPartitions(set, stack[0]))
    if (set && isResolved(set)) tenants.push(set)
    const one = stackBlock(block, stack, problems)
    if (one) partitioned.push(one)
  }
  return { partitioned, tenants }
}

function stackBlock(block: SchemaBlock, stack: readonly FoundAnnotation[], problems: Problem[]): PartitionedBlock | undefined {
  const [short, second] = stack.filter(({ name }) => name === SHORT_FORM)
  const [first] = stack
  if (!first) return undefined
  if (second) problems.push(twice(second))
  if (!short) return stackLevels(block, first.position, stack, problems)
  const level = stack.find(({ name }) => name !== SHORT_FORM)
  if (level) problems.push(bothForms(level))
  return isResolved(short) ? { kind: 'short', block, position: first.position, annotation: short } : undefined
}

function stackLevels(
  block: SchemaBlock,
  position: Position,
  stack: readonly FoundAnnotation[],
  problems: Problem[],
): PartitionedBlock | undefined {
  const levels: AnnotatedLevel[] = []
  for (const [index, annotation] of stack.entries()) {
    const [above, below] = [stack[index - 1], stack[index + 1]]
    if (annotation.name !== RETENTION) {
      const retention = below?.name === RETENTION ? below : undefined
      if (isResolved(annotation) && (!retention || isResolved(retention))) levels.push({ annotation, retention })
    } else if (above?.name !== 'partman.range') problems.push(strayRetention(annotation, above))
  }
  return levels.length > 0 && stack.every(isResolved) ? { kind: 'long', block, position, levels } : undefined
}

function isResolved(annotation: FoundAnnotation): annotation is ModelAnnotation {
  return annotation.arguments !== undefined
}

function twice({ name, block, position }: FoundAnnotation): Problem {
  return { position, message: `${block.name} carries @${name} twice`, hint: 'Keep one of the two.' }
}

function tenantsAndPartitions({ block, position }: FoundAnnotation, { name }: FoundAnnotation): Problem {
  return {
    position,
    message: `${block.name} carries both @${name} and @${TENANTS}`,
    hint: 'A tenant table stays a plain table: other tables refer to its key, which a partitioned table cannot keep unique. Remove one of the two.',
  }
}

function bothForms({ name, block, position }: FoundAnnotation): Problem {
  return {
    position,
    message: `${block.name} carries both @${SHORT_FORM} and @${name}`,
    hint:
      name === RETENTION
        ? 'Write retention: "30 days" in @partman(...), which stands alone.'
        : '@partman(...) stands alone; write each of its levels as an annotation of its own, such as @partman.range(...).',
  }
}

function strayRetention({ position }: FoundAnnotation, above: FoundAnnotation | undefined): Problem {
  const place = above === undefined ? 'first' : above.name === RETENTION ? `below another @${RETENTION}` : `below @${above.name}`
  return {
    position,
    message: `@${RETENTION} stands ${place}; it is of the @partman.range directly above it`,
    hint: above?.name === RETENTION ? 'Keep one of the two.' : 'Put it directly below @partman.range(...).',
  }
}
