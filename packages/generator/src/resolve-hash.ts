import type { Level, LevelContext } from './level.js'
import type { ArrayValue, ScalarValue } from './parse-value.js'
import type { Position, Problem } from './problem.js'
import { PARTITIONS, resolveCount } from './resolve-count.js'
import { HASH_KEY } from './resolve-key.js'
import { keyOf, resolveKeyField } from './resolve-key-field.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** PostgreSQL's own limit: PARTITION_MAX_KEYS. */
const MAX_COLUMNS = 32

/** Resolves `@partman.hash`, whose key is a field, or several. */
export function resolveHash({ arguments: { single, lists }, position }: ModelAnnotation, context: LevelContext): Level {
  const by = single.get('by')
  const list = lists.get('by')
  const names = by ? [by] : list && fieldNames(list, context.errors)
  return resolveHashLevel((by ?? list)?.position ?? position, names, single.get('partitions'), context)
}

/** Resolves a hash level by the fields of these names, which are undefined where an error was found. */
export function resolveHashLevel(
  position: Position,
  names: readonly ScalarValue[] | undefined,
  partitions: ScalarValue | undefined,
  { model, block, errors }: LevelContext,
): Level {
  const found = names?.map((name) => resolveKeyField(model, block, name, HASH_KEY, errors)).filter((key) => key !== undefined)
  const keys = found && found.length === names?.length ? found : undefined
  const count = resolveCount('partitions', partitions, PARTITIONS, errors)
  const policy =
    keys && count !== undefined ? { kind: 'hash' as const, by: keys.map(keyOf), partitions: count, subpartition: null } : undefined
  return { kind: 'hash', position, keys, policy }
}

function fieldNames({ items, position }: ArrayValue, errors: Problem[]): ScalarValue[] | undefined {
  const names: ScalarValue[] = []
  const problems: Problem[] = []
  for (const item of items) {
    if (item.kind !== 'identifier') {
      const hint = item.kind === 'string' ? `Write ${item.text}` : 'For example by: [tenantId, kind]'
      problems.push({ position: item.position, message: 'The argument "by" of @partman.hash takes names without quotes', hint })
    } else if (names.some(({ text }) => text === item.text)) {
      problems.push({ position: item.position, message: `"by" names ${item.text} twice`, hint: 'Keep one of the two.' })
    } else names.push(item)
  }
  if (items.length === 0 || items.length > MAX_COLUMNS) {
    const message = `"by" names ${items.length === 0 ? 'no field' : `${items.length} fields`}; a hash is of 1 to ${MAX_COLUMNS}`
    problems.push({ position, message, hint: 'For example by: [tenantId, kind]' })
  }
  errors.push(...problems)
  return problems.length === 0 ? names : undefined
}
