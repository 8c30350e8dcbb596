import { PartmanError } from '@partman/core'
import { type DeclaredRelation, parseRelations } from './parse-relations.js'

/** A field that leads to rows of another model, or of the same. */
export interface Relation extends DeclaredRelation {
  readonly name: string
  /** The model that has the field. */
  readonly from: string
  /** The model that it leads to. */
  readonly to: string
}

export interface Model {
  readonly name: string
  readonly fields: ReadonlySet<string>
  readonly relations: ReadonlyMap<string, Relation>
}

/** The models of a Prisma schema, as far as relations go. */
export interface DataModel {
  readonly models: ReadonlyMap<string, Model>
  /** The same relation, as the other model has it. */
  back(relation: Relation): Relation
}

interface RuntimeField {
  readonly name: string
  readonly kind: string
  readonly type: string
  readonly relationName?: string
}

/** What Prisma 7 keeps in a client and does not promise. */
interface Internals {
  readonly _runtimeDataModel?: { readonly models?: Readonly<Record<string, { readonly fields?: readonly RuntimeField[] }>> }
  readonly _engineConfig?: { readonly inlineSchema?: string }
}

/**
 * Prisma has no public way to the relations of a client's models, and without them nothing could be bound that a query
 * reaches through one. What is used instead is looked for before anything depends on it.
 *
 * @throws PartmanError `CLIENT_UNSUPPORTED`
 */
export function assertDataModelReadable(client: object): void {
  const { _runtimeDataModel: runtime, _engineConfig: engine } = client as Internals
  if (typeof runtime?.models !== 'object' || typeof engine?.inlineSchema !== 'string') throw unsupported()
}

const known = new WeakMap<object, DataModel>()

/**
 * Reads the models of a client.
 *
 * @throws PartmanError `CLIENT_UNSUPPORTED`
 */
export function readDataModel(client: object): DataModel {
  assertDataModelReadable(client)
  const { _runtimeDataModel: runtime, _engineConfig: engine } = client as Required<Internals>
  const found = known.get(runtime)
  if (found) return found
  const declared = parseRelations(engine.inlineSchema ?? '')
  const models = new Map(
    Object.entries(runtime.models ?? {}).map(([name, { fields }]) => {
      if (!Array.isArray(fields)) throw unsupported()
      return [name, readModel(name, fields, declared.get(name))]
    }),
  )
  const backs = new Map([...models.values()].flatMap(({ relations }) => [...relations.values()].map((one) => [one, backOf(one, runtime)])))
  const model: DataModel = {
    models,
    back: (relation) => {
      const back = models.get(relation.to)?.relations.get(backs.get(relation) ?? '')
      if (!back) throw unsupported()
      return back
    },
  }
  known.set(runtime, model)
  return model
}

function readModel(name: string, fields: readonly RuntimeField[], declared: ReadonlyMap<string, DeclaredRelation> | undefined): Model {
  const relations = fields
    .filter(({ kind }) => kind === 'object')
    .map((field): Relation => {
      const relation = declared?.get(field.name)
      if (!relation || !field.relationName) throw unsupported()
      return { ...relation, name: field.name, from: name, to: field.type }
    })
  return {
    name,
    fields: new Set(fields.map((field) => field.name)),
    relations: new Map(relations.map((relation) => [relation.name, relation])),
  }
}

/** The name of the field at the other end; of a model's relation to itself, the other one of the two. */
function backOf({ name, from, to }: Relation, { models = {} }: NonNullable<Internals['_runtimeDataModel']>): string | undefined {
  const relationName = models[from]?.fields?.find((field) => field.name === name)?.relationName
  return models[to]?.fields?.find(
    (field) => field.relationName === relationName && field.type === from && (from !== to || field.name !== name),
  )?.name
}

function unsupported(): PartmanError {
  return new PartmanError(
    'CLIENT_UNSUPPORTED',
    'This version of @prisma/client does not let an extension see the relations of its models',
    {
      hint: 'Use a version of @prisma/client that this release of @partman/prisma-extension is tested with (7.x).',
    },
  )
}
