/** How a migration file reaches the server: as one simple query (one implicit transaction), or statement by statement. */
export type ScriptMode = 'whole' | 'statements'

/** The mode that `PARTMAN_SCRIPT_MODE` asks for, `whole` when it is unset. Throws for any other value. */
export function resolveScriptMode(env: NodeJS.ProcessEnv = process.env): ScriptMode {
  const text = env['PARTMAN_SCRIPT_MODE'] ?? 'whole'
  if (text !== 'whole' && text !== 'statements') throw new Error(`PARTMAN_SCRIPT_MODE is "${text}"; use "whole" or "statements".`)
  return text
}
