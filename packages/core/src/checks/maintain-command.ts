import type { MaintenanceHistory } from './maintenance-facts.js'

/** The command that runs maintenance once. Where the application has hooks, a run without them would let go what none was asked about. */
export function maintainCommand({ hasHooks }: Pick<MaintenanceHistory, 'hasHooks'>): string {
  return hasHooks ? 'partman maintain --hooks <module>' : 'partman maintain'
}
