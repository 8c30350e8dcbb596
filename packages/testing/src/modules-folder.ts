import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'

/** The outermost `node_modules` folder from which this package resolves its dependencies. */
export function modulesFolder(): string {
  const resolved = createRequire(import.meta.url).resolve('pg')
  const at = resolved.indexOf(`${sep}node_modules${sep}`)
  return at === -1 ? dirname(resolved) : resolved.slice(0, at + `${sep}node_modules`.length)
}
