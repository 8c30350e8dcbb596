import type { CheckResult } from './check.js'
import type { ServerCheck } from './server-facts.js'

export const vacuumCheck: ServerCheck = {
  name: 'autovacuum',
  needs: ['server'],
  find({ server: { settings } }): CheckResult[] {
    const off = ['autovacuum', 'track_counts'].filter((name) => settings[name]?.value === 'off')
    if (off.length === 0) return []
    return [
      {
        code: 'VACUUM_OFF',
        severity: 'warning',
        message: `${off.join(' and ')} ${off.length === 1 ? 'is' : 'are'} off`,
        reason:
          'New partitions get no statistics, so queries on them are planned by guesses; and nothing freezes old rows before it has to.',
        nextStep: 'Turn it on. Partitioned tables themselves are analyzed by nobody: run ANALYZE on them now and then.',
        statements: [...off.map((name) => `ALTER SYSTEM SET ${name} = on;`), 'SELECT pg_reload_conf();'],
      },
    ]
  },
}
