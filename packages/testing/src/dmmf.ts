import type * as DMMF from '@prisma/dmmf'
import { getDMMF } from '@prisma/get-dmmf'

/**
 * What a generator gets from Prisma for a schema, given as the text of one file or as file names with their texts. Throws with Prisma's own
 * message for a schema that is not valid.
 */
export function dmmfFromSchema(schema: string | { readonly files: Readonly<Record<string, string>> }): DMMF.Document {
  const datamodel = typeof schema === 'string' ? schema : Object.entries(schema.files).map(([name, text]): [string, string] => [name, text])
  const result = getDMMF({ datamodel })
  if ('error' in result) throw new Error(readable(result.error.message), { cause: result.error })
  return result
}

/** The WebAssembly build throws a JSON text. */
function readable(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string }
    return message ?? text
  } catch {
    return text
  }
}
