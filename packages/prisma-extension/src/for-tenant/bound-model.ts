import { bindOperation, isOperation } from './bind-operation.js'
import { bindRelation } from './bind-selection.js'
import { refusedQuery, unbindable } from './refusal.js'
import type { Scope } from './scope.js'

type Method = (...values: unknown[]) => unknown

/** What stands around a model's access: the client that it belongs to. */
export interface Surroundings {
  readonly scope: Scope
  /** Whether a method is one that an extension of the application has given the model. */
  isExtension(model: string, method: string): boolean
  bindClient(client: unknown): unknown
}

/** The access to a model that a client has, with every operation bound. */
export function boundModel(access: object, model: string, { scope, isExtension, bindClient }: Surroundings): object {
  return new Proxy(access, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name)
      if (name === '$parent') return bindClient(value)
      if (typeof value !== 'function' || typeof name === 'symbol') return value
      if (isOperation(name)) {
        return (args?: unknown, ...more: unknown[]) => {
          try {
            const query = Reflect.apply(value, receiver, [bindOperation(scope, model, name, args), ...more])
            return followRelations(scope, model, query)
          } catch (error) {
            return refusedWithRelations(scope, error)
          }
        }
      }
      // A method of the application's own does what it does by way of the bound access that it is called on.
      if (isExtension(model, name)) return value
      return () => refusedQuery(unbindable(`${model}.${name}()`, 'it is not known'))
    },
    ...READ_ONLY,
  })
}

/** What is set on a bound client would be set on the client that it was made of. */
export const READ_ONLY: ProxyHandler<object> = {
  set: () => false,
  defineProperty: () => false,
  deleteProperty: () => false,
  setPrototypeOf: () => false,
}

/** A query of one row has its relations as methods, each of which makes another query: `findUnique(...).events()`. */
function followRelations(scope: Scope, model: string, query: unknown): unknown {
  const { relations } = scope.model(model)
  // What an extension of the application has put in its place, and gives something else, has no relations to follow.
  if (typeof query !== 'object' || query === null || Reflect.get(query, Symbol.toStringTag) !== 'PrismaPromise') return query
  return new Proxy(query, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      const relation = typeof name === 'string' ? relations.get(name) : undefined
      if (!relation || typeof value !== 'function') return value
      return (args?: unknown) => {
        try {
          const bound = bindRelation(scope, relation, args ?? true)
          return followRelations(scope, relation.to, (value as Method)(bound === true ? undefined : bound))
        } catch (error) {
          return refusedWithRelations(scope, error)
        }
      }
    },
  })
}

/** A refused query can be followed as one that is not, and is refused when it is awaited. */
function refusedWithRelations({ dataModel }: Scope, error: unknown): object {
  const isRelation = (name: string) => [...dataModel.models.values()].some(({ relations }) => relations.has(name))
  const query: object = new Proxy(refusedQuery(error), {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      return value === undefined && typeof name === 'string' && isRelation(name) ? () => query : value
    },
  })
  return query
}
