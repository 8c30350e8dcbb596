import type { TableName } from '../api/shapes.js'

/** As SQL writes it, quoted where it has to be. */
export function formatTableName({ schema, name }: TableName): string {
  return `${quoteName(schema)}.${quoteName(name)}`
}

function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
