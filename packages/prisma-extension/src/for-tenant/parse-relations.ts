/** How many rows of the other model a relation field leads to. */
export type Arity = 'list' | 'optional' | 'required'

/** What the schema says of a relation field, and Prisma's data model at run time does not. */
export interface DeclaredRelation {
  readonly arity: Arity
  /** The foreign key's fields, where it is this model that has it. */
  readonly fields: readonly string[]
  /** The fields of the other model that they refer to, in the same order. */
  readonly references: readonly string[]
  readonly onDelete: string | undefined
  readonly onUpdate: string | undefined
}

const STRING_OR_COMMENT = /"(?:\\.|[^"\\\r\n])*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g
const MODEL = /(?<![^\s}])(?:model|view)\s+([\p{L}\p{N}_-]+)\s*\{([^}]*)\}/gu
// Arguments may go on in the next line; no parenthesis is left inside strings by then, and a call within them nests once.
const FIELD =
  /^[^\S\r\n]*([\p{L}][\p{L}\p{N}_-]*)[^\S\r\n]+([\p{L}][\p{L}\p{N}_-]*)(\[\]|\?)?((?:\((?:[^()]|\([^()]*\))*\)|[^()\r\n])*)$/gmu
const RELATION = /@relation\s*\(([^()]*)\)/

/**
 * Reads the relation fields of a Prisma schema that Prisma itself has found valid: those of each model, by name. Fields of
 * other types are among them, and are of no use.
 */
export function parseRelations(schema: string): Map<string, Map<string, DeclaredRelation>> {
  const bare = schema.replace(STRING_OR_COMMENT, (found) => (found.startsWith('"') ? '""' : ' '))
  const models = new Map<string, Map<string, DeclaredRelation>>()
  for (const [, model = '', body = ''] of bare.matchAll(MODEL)) {
    const fields = new Map<string, DeclaredRelation>()
    for (const [, field = '', , mark, attributes = ''] of body.matchAll(FIELD)) fields.set(field, parseField(mark, attributes))
    models.set(model, fields)
  }
  return models
}

function parseField(mark: string | undefined, attributes: string): DeclaredRelation {
  const [, given = ''] = RELATION.exec(attributes) ?? []
  return {
    arity: mark === '[]' ? 'list' : mark === '?' ? 'optional' : 'required',
    fields: parseNames('fields', given),
    references: parseNames('references', given),
    onDelete: parseName('onDelete', given),
    onUpdate: parseName('onUpdate', given),
  }
}

function parseNames(argument: string, given: string): string[] {
  const [, names = ''] = new RegExp(`\\b${argument}\\s*:\\s*\\[([^\\]]*)\\]`).exec(given) ?? []
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function parseName(argument: string, given: string): string | undefined {
  return new RegExp(`\\b${argument}\\s*:\\s*(\\w+)`).exec(given)?.[1]
}
