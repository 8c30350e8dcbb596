import type { MaintenanceCheck } from './maintenance-facts.js'

export const hooksCheck: MaintenanceCheck = {
  name: 'hooks of the application',
  needs: ['maintenance'],
  find: ({ maintenance }) =>
    (maintenance?.failingHooks ?? []).map(({ relation, phase, attempts, reason }) => ({
      code: 'HOOK_FAILING',
      severity: 'warning',
      message: `The ${phase} hook of ${relation} has failed ${attempts} times${reason === null ? '' : `: ${reason}`}`,
      reason: 'The partition stays, with its rows, until the hook lets it go.',
      nextStep: 'Mend what the hook does: it throws, or takes longer than `hookTimeoutMs`. It is asked again by itself.',
    })),
}
