import { TIME_ENCODINGS, type TimeEncoding, type TimeKeyType } from '@partman/core'
import { ENCODINGS } from './annotation-rules.js'
import { joinNames } from './join-names.js'
import type { Problem } from './problem.js'
import { describeType, type RangeKeyType } from './resolve-key.js'
import { resolveDefaultOrder } from './resolve-key-default.js'
import type { KeyField } from './resolve-key-field.js'

/** Why a key tells no time. */
export type Refusal = Pick<Problem, 'message' | 'hint'>

/** The types whose values may tell a time without being one. */
type EncodedType = Exclude<RangeKeyType, TimeKeyType | 'smallint'>

/**
 * Resolves how the values of a key tell a time: as `encoding` names it, or as the default of the field does. `path` is the
 * field in messages.
 */
export function resolveEncoding(
  { field, type }: KeyField<RangeKeyType>,
  named: TimeEncoding | undefined,
  path: string,
): { readonly type: EncodedType; readonly encoding: TimeEncoding } | Refusal {
  const order = resolveDefaultOrder(field)
  if (order?.kind === 'none') {
    return {
      message: `${path} is ${order.written}, whose values are in no order of time`,
      hint: `Write ${order.instead}, or partition by another field.`,
    }
  }
  if (order?.kind === 'sequence') {
    return {
      message: `${path} is ${order.written}, whose values tell no time`,
      hint: 'Remove encoding, and write how many numbers one partition holds, such as interval: 1000000.',
    }
  }
  if (order && named && order.encoding !== named) {
    return { message: `${path} is ${order.written}, which makes no ${nameOf(named)}`, hint: 'Remove encoding: the default tells it.' }
  }
  const encoding = named ?? order?.encoding
  const possible = Object.values(ENCODINGS).filter((one) => holds(type, one))
  const choices = joinNames(possible.map(nameOf), 'or')
  if (!encoding) {
    return {
      message: `${path} is ${describeType(field)}, and nothing says how it tells a time`,
      hint: `Add encoding: ${choices}, or partition by a DateTime.`,
    }
  }
  if (holds(type, encoding)) return { type, encoding }
  return {
    message: `${path} is ${describeType(field)}, which cannot hold ${nameOf(encoding)}`,
    hint: possible.length > 0 ? `It can hold ${choices}.` : 'Remove encoding, or make the field BigInt.',
  }
}

function holds(type: RangeKeyType, encoding: TimeEncoding): type is EncodedType {
  return (TIME_ENCODINGS[encoding] as readonly string[]).includes(type)
}

function nameOf(encoding: TimeEncoding): string {
  return Object.entries(ENCODINGS).find(([, other]) => other === encoding)?.[0] ?? encoding
}
