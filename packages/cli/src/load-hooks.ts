import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PartmanError, type RetirementHooks } from '@partman/core'
import { Option } from 'commander'

const NAMES: readonly string[] = ['beforeDetach', 'beforeDrop'] satisfies (keyof RetirementHooks)[]

/** The option of every command that may retire something. */
export function hooksOption(): Option {
  return new Option(
    '--hooks <module>',
    'module whose default export has the hooks that are asked before a partition is detached or dropped',
  )
}

/**
 * Imports the hooks of the application; none where no module is named.
 *
 * @throws PartmanError `HOOKS_INVALID`
 */
export async function loadHooks(folder: string, path: string | undefined): Promise<RetirementHooks> {
  if (path === undefined) return {}
  let hooks: unknown
  try {
    const module = (await import(pathToFileURL(resolve(folder, path)).href)) as { readonly default?: unknown }
    hooks = module.default
  } catch (cause) {
    throw invalid(`${path} cannot be imported: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  const entries = typeof hooks === 'object' && hooks !== null ? Object.entries(hooks) : []
  const isWhole = entries.length > 0 && entries.every(([name, hook]) => NAMES.includes(name) && typeof hook === 'function')
  if (!isWhole) throw invalid(`The default export of ${path} has no hooks, or something that is none`)
  return hooks as RetirementHooks
}

function invalid(message: string, cause?: unknown): PartmanError {
  return new PartmanError('HOOKS_INVALID', message, {
    hint: 'Write `export default { beforeDetach: async (partition) => "proceed" }`, or beforeDrop, in a JavaScript module.',
    cause,
  })
}
