import type { PartmanDocument } from '@partman/core'
import type { PartmanOptions } from './options.js'
import { partman } from './partman.js'
import type { PartmanClient } from './partman-client.js'

interface Extensible {
  $extends(extension: never): unknown
}

/**
 * Extends a client and keeps its class and its type, for frameworks and code that want a `PrismaClient`. The constructor of a class
 * that extends `PrismaClient` can return it: methods of the class find the extended client as `this`. Private members (`#name`) are
 * not found there.
 *
 * @throws PartmanError as `partman` and its `$extends` do
 */
export function withPartman<Client extends Extensible, const Config extends PartmanDocument>(
  client: Client,
  config: Config,
  options?: PartmanOptions,
): Client & { $partman(): PartmanClient<Config, Client> } {
  const extended = client.$extends(partman(config, options) as never) as object
  const bound = new WeakMap<object, unknown>()
  const both = new Proxy(client, {
    get(target, property, receiver) {
      // Of a client that is extended Prisma takes away `$on`.
      const value: unknown = Reflect.get(extended, property) ?? Reflect.get(target, property, receiver)
      if (typeof value !== 'function' || !String(property).startsWith('$')) return value
      const method = bound.get(value) ?? value.bind(Reflect.get(extended, property) === value ? extended : target)
      bound.set(value, method)
      return method
    },
    // Where the methods of the extended client see it too.
    set: (_target, property, value) => Reflect.set(extended, property, value),
    has: (target, property) => property in extended || property in target,
  })
  return both as Client & { $partman(): PartmanClient<Config, Client> }
}
