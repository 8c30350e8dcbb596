import { literal, sql } from '../sql/sql.js'
import type { ServerCheck } from './server-facts.js'

const MEGABYTE = 1_048_576

export const replicationSlotsCheck: ServerCheck = {
  name: 'replication slots',
  needs: ['server'],
  find: ({ server: { slots } }) =>
    slots.map(({ name, kind, retainedBytes, holdsRows }) => {
      const log = retainedBytes === null ? [] : [`${Math.round(retainedBytes / MEGABYTE)} MB of the write-ahead log`]
      return {
        code: 'REPLICATION_SLOT_INACTIVE',
        severity: 'warning',
        message: `Nobody reads from the ${kind} replication slot ${name}, which keeps ${[...log, ...(holdsRows ? ['rows from being vacuumed'] : [])].join(' and ')}`,
        reason: 'What it keeps grows until the disk is full, or until somebody reads on.',
        nextStep:
          'Start its reader again: a standby or a subscriber that restarts is away, too. Where there will be none any more, drop the slot.',
        choices: [
          {
            label: 'where its reader never comes back: one that does has to be made anew',
            sql: sql`SELECT pg_drop_replication_slot(${literal(name)});`,
          },
        ],
      }
    }),
}
