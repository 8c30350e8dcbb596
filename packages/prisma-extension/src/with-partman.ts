import type { PartmanDocument } from '@partman/core'
import type { PartmanOptions } from './options.js'
import { partman } from './partman.js'
import type { PartmanClient } from './partman-client.js'

interface Extensible {
  $extends(extension: never): unknown
}

/**
 * Extends a client and keeps its class and its type, for frameworks and code that want a `PrismaClient`. The constructor of a class
 * that extends `PrismaClient` can return it: methods of the class find the extended client as `this`.
 *
 * @throws PartmanError as `partman` and its `$extends` do
 */
export function withPartman<Client extends Extensible, const Config extends PartmanDocument>(
  client: Client,
  config: Config,
  options?: PartmanOptions,
): Client & { $partman(): PartmanClient<Config> } {
  const extended = client.$extends(partman(config, options) as never) as object
  const both = new Proxy(client, {
    get(target, property, receiver) {
      if (!(property in extended)) return Reflect.get(target, property, receiver)
      const value: unknown = Reflect.get(extended, property)
      return typeof value === 'function' ? value.bind(extended) : value
    },
    has: (target, property) => property in extended || property in target,
  })
  return both as Client & { $partman(): PartmanClient<Config> }
}
