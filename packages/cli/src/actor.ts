import { hostname, userInfo } from 'node:os'

/** On whose behalf a command acts, as the bookkeeping names it. */
export function currentActor(): string {
  return `${userInfo().username}@${hostname()}`
}
