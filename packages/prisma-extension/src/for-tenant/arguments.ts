import { unbindable } from './refusal.js'

/** Arguments of a query, or a part of them. */
export type Arguments = Record<string, unknown>

// Names of fields and arguments. Prisma takes a value for something else altogether that has "$type", "toJSON" or
// "__prismaRawParameters__".
const NAME = /^(?:\p{L}|_[a-z])/u

/**
 * The members of an object, read once, without those that are `Prisma.skip`; a later change of the object changes nothing.
 * Inherited ones are among them, as they are for Prisma.
 *
 * @throws PartmanError `TENANT_UNBINDABLE`
 */
export function membersOf(value: unknown, place: string): [string, unknown][] {
  if (!isObject(value)) throw unbindable(place, 'it is not an object')
  const members: [string, unknown][] = []
  for (const name in value) {
    const member = value[name]
    if (isSkip(member)) continue
    if (!NAME.test(name) || typeof member === 'function')
      throw unbindable(`${place}.${name}`, 'it is not the name of a field or an argument')
    members.push([name, member])
  }
  return members
}

/** Binds each of several, or the only one. */
export function mapEach(value: unknown, bind: (one: unknown) => unknown): unknown {
  return Array.isArray(value) ? Array.from(value, bind) : bind(value)
}

/** Binds the members of an object; those that are undefined stay, as Prisma may refuse them, or are asked about too. */
export function mapMembers(
  value: unknown,
  place: string,
  bind: (name: string, member: unknown) => unknown,
  asked: 'what is given' | 'undefined too' = 'what is given',
): Arguments {
  const isAsked = (member: unknown) => member !== undefined || asked === 'undefined too'
  return Object.fromEntries(membersOf(value, place).map(([name, member]) => [name, isAsked(member) ? bind(name, member) : undefined]))
}

export function isObject(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !ArrayBuffer.isView(value)
}

/** `Prisma.skip` stands for a member that is not there. */
function isSkip(value: unknown): boolean {
  return isObject(value) && typeof value['ifUndefined'] === 'function'
}
