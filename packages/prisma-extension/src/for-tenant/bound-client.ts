import type { PartmanDocument, TenantKey } from '@partman/core'
import { clientName } from '../client-model.js'
import type { PartmanClient } from '../partman-client.js'
import { boundModel, READ_ONLY } from './bound-model.js'
import { foreign, refusedQuery, unbindable } from './refusal.js'
import type { Scope } from './scope.js'

/** The part of a Prisma client that runs the queries of others. */
interface Client {
  $transaction(input: unknown, options?: unknown): unknown
  $extends(extension: unknown): object
  $partman(): { ensureTenant(key: TenantKey, choice: object): Promise<void> }
  /** What extensions of the application have added. Not promised by Prisma; where it is not there, nothing of theirs is let through. */
  readonly _extensions?: {
    getAllClientExtensions?(): Readonly<Record<string, unknown>> | undefined
    getAllModelExtensions?(model: string): Readonly<Record<string, unknown>> | undefined
  }
}

/** Neither reads rows nor writes any. */
const HARMLESS = ['$connect', '$disconnect', '$on']

const bound = new WeakSet<object>()

/**
 * A client like the one given, on which every query is bound to one tenant. It stands around the client and is no extension
 * of it: Prisma runs the query hooks of earlier extensions first, and those shall see the bound arguments.
 */
export function boundClient<This extends object>(client: This, scope: Scope): This {
  const models = modelNames(scope)
  const accesses = new Map<string, object>()
  const { _extensions: extensions } = client as Partial<Client>
  const has = (extended: Readonly<Record<string, unknown>> | undefined, name: string) => Object.hasOwn(extended ?? {}, name)
  const bindClient = (other: unknown) => (isClient(other) && !bound.has(other) ? boundClient(other, scope) : other)

  const surroundings = {
    scope,
    bindClient,
    isExtension: (model: string, method: string) => has(extensions?.getAllModelExtensions?.(model), method),
  }

  function access(model: string, own: object): object {
    const made = accesses.get(model) ?? boundModel(own, model, surroundings)
    accesses.set(model, made)
    return made
  }

  const proxy = new Proxy(client, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name)
      if (typeof name === 'symbol') return typeof value === 'object' ? undefined : value
      const model = models.get(name)
      if (model !== undefined && typeof value === 'object' && value !== null) return access(model, value)
      // What Prisma keeps for itself leads past this proxy.
      if (name.startsWith('_')) return undefined
      if (typeof value !== 'function') return bindClient(value)
      if (name === 'constructor') return value
      const call = (...values: unknown[]) => Reflect.apply(value, target, values)
      switch (name) {
        case '$transaction':
          return (input: unknown, ...options: unknown[]) =>
            typeof input === 'function' ? call((tx: object) => input(bindClient(tx)), ...options) : call(input, ...options)
        case '$extends':
          return (extension: unknown) => bindClient(typeof extension === 'function' ? extension(receiver) : call(extension))
        case '$partman':
          return () => boundPartman(target as unknown as Client, receiver, scope)
      }
      if (HARMLESS.includes(name)) {
        return (...values: unknown[]) => {
          const result = call(...values)
          return isClient(result) ? receiver : result
        }
      }
      if (name.startsWith('$') && !has(extensions?.getAllClientExtensions?.(), name)) {
        return () => refusedQuery(unbindable(`${name}()`, 'what it does is not known before it is done'))
      }
      // A method of the application's own does what it does by way of the bound client that it is called on.
      return function (this: unknown, ...values: unknown[]) {
        return bindClient(Reflect.apply(value, this, values))
      }
    },
    ...READ_ONLY,
  })
  bound.add(proxy)
  return proxy as This
}

/** What `$partman()` gives on a bound client: the rest is for those who care for all tenants. */
function boundPartman(client: Client, receiver: object, scope: Scope): object {
  const assertOwn = (key: TenantKey, choice: { readonly tenants?: string } | undefined, place: string) => {
    if ((choice?.tenants ?? scope.set.name) !== scope.set.name || !scope.isOwn(key)) throw foreign(place)
  }
  const refuse =
    (name: string, why = 'it is about all tenants') =>
    async () => {
      throw unbindable(`$partman().${name}()`, why)
    }
  return {
    forTenant(key: TenantKey, choice?: { readonly tenants?: string }) {
      assertOwn(key, choice, '$partman().forTenant()')
      return receiver
    },
    async ensureTenant(key: TenantKey, choice?: { readonly tenants?: string }) {
      assertOwn(key, choice, '$partman().ensureTenant()')
      await client.$partman().ensureTenant(key, { tenants: scope.set.name })
    },
    registerTenants: refuse('registerTenants'),
    importTenants: refuse('importTenants'),
    setTenant: refuse('setTenant'),
    removeTenant: refuse('removeTenant', 'it ends what the client is for'),
    restoreTenant: refuse('restoreTenant', 'it ends what the client is for'),
    tenants: refuse('tenants'),
    partitions: refuse('partitions'),
    pruningCounts: refuse('pruningCounts'),
    maintain: refuse('maintain'),
  } satisfies Record<keyof PartmanClient<PartmanDocument>, unknown>
}

/** The models by every name that a client has them by. */
function modelNames({ dataModel }: Scope): Map<string, string> {
  return new Map([...dataModel.models.keys()].flatMap((model) => [[model, model] as const, [clientName(model), model] as const]))
}

function isClient(value: unknown): value is object {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Client>).$transaction === 'function'
}
