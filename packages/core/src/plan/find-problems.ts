import type { Difference } from '../diff/difference.js'
import { formatBound } from '../state/bound.js'
import { formatTableName, type PartitionKey } from '../state/state.js'
import type { Finding } from './finding.js'

/** What a difference tells a person: where it is, and a text of which all that share it are one finding. */
interface Problem {
  readonly code: Finding['code']
  readonly severity: Finding['severity']
  readonly at: string
  readonly what: string
  readonly nextStep: string
}

/** Lists what no operation mends. The same trouble at many partitions of a table is one finding, which names the first and counts the others. */
export function findProblems(differences: readonly Difference[]): Finding[] {
  const groups = new Map<string, { readonly difference: Difference; readonly problem: Problem; count: number }>()
  for (const difference of differences) {
    const problem = problemOf(difference)
    if (!problem) continue
    const key = JSON.stringify([difference.wanted.policy.table, problem.code, problem.what])
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { difference, problem, count: 1 })
  }
  return [...groups.values()].map(({ difference: { wanted }, problem: { code, severity, at, what, nextStep }, count }) => {
    const { table, model, declaredAt } = wanted.policy
    const places = count === 1 ? at : `${at} and ${count - 1} more`
    return { table, model, declaredAt, code, severity, message: `${places} ${what}`, nextStep }
  })
}

function problemOf(difference: Difference): Problem | undefined {
  const table = formatTableName(difference.wanted.policy.table)
  switch (difference.kind) {
    case 'table-missing':
      return {
        code: 'TABLE_MISSING',
        severity: 'error',
        at: table,
        what: 'is not in the database',
        nextStep: 'Run `partman migrate --name <name>` and deploy the migration.',
      }
    case 'table-plain':
      return {
        code: 'TABLE_NOT_PARTITIONED',
        severity: 'error',
        at: table,
        what:
          difference.extension === null
            ? 'is a plain table, not a partitioned one'
            : `is in the care of the extension ${difference.extension}, and not a partitioned table of PostgreSQL`,
        nextStep:
          'A table is partitioned when it is created. Where it may be empty, drop and create it in a new migration and run `partman migrate`; otherwise take the annotation off until its rows can be moved.',
      }
    case 'table-of-extension':
      return {
        code: 'TABLE_OF_EXTENSION',
        severity: 'error',
        at: table,
        what: `is in the care of the extension ${difference.extension}`,
        nextStep:
          difference.extension === 'pg_partman'
            ? 'Two must not manage one table: delete its row from part_config of pg_partman, or take the annotation off. Until then nothing is made or retired here.'
            : 'Take the annotation off. Nothing is made or retired here.',
      }
    case 'relation-alien':
      return {
        code: 'RELATION_ALIEN',
        severity: 'warning',
        at: formatTableName(difference.relation),
        what:
          difference.alien.kind === 'owner'
            ? `belongs to ${difference.alien.owner}, whose tables the role that partman runs as cannot change`
            : `is a foreign table on the server ${difference.alien.server}`,
        nextStep:
          difference.alien.kind === 'owner'
            ? 'Give it the owner of the other partitions (ALTER TABLE ... OWNER TO), or make partman run as a member of that role. It is left as it is.'
            : 'It is left as it is, and never retired: detach and drop it yourself when its time has come.',
      }
    case 'key-different':
      return difference.foundKey === null
        ? {
            code: 'LEVEL_NOT_APPLIED',
            severity: 'warning',
            at: formatTableName(difference.at),
            what: `holds rows; what is declared is ${formatKey(difference.wantedKey)}`,
            nextStep:
              'New partitions are made as declared; this one keeps its rows as it is until it retires. To lay it out anew, its rows have to be moved: create a partitioned table beside it, copy, and swap them in one transaction.',
          }
        : {
            code: 'PARTITION_KEY_DIFFERENT',
            severity: 'error',
            at: formatTableName(difference.at),
            what: `is ${formatKey(difference.foundKey)}; what is declared is ${formatKey(difference.wantedKey)}`,
            nextStep:
              'PostgreSQL cannot change a partition key. Declare the key that the table has, or create the table anew. A column that is to have another name is renamed in a migration: ALTER TABLE ... RENAME COLUMN ... TO.',
          }
    case 'key-type-different':
      return {
        code: 'PARTITION_KEY_DIFFERENT',
        severity: 'error',
        at: `${table}.${difference.column}`,
        what: `is of type ${difference.found}; what is declared is ${difference.declared}`,
        nextStep:
          'Declare the type that the column has (@db...). PostgreSQL cannot change the type of a key column. Until then nothing is made or retired here.',
      }
    case 'level-undeclared':
      return {
        code: 'LEVEL_UNDECLARED',
        severity: 'warning',
        at: formatTableName(difference.partition),
        what: `is ${formatKey(difference.foundKey)}, and no such level is declared`,
        nextStep: 'Declare the level, or leave it: it retires as a whole, but nothing is made below it.',
      }
    case 'values-undeclared':
      return {
        code: 'LIST_VALUES_UNDECLARED',
        severity: 'warning',
        at: formatTableName(difference.partition),
        what: `holds ${formatBound({ kind: 'list', values: difference.values })}, which no list names`,
        nextStep: 'Name the value again; or, when its rows may go, detach the partition and drop it yourself. partman never drops it.',
      }
    case 'modulus-different':
      return {
        code: 'HASH_PARTITIONS_DIFFERENT',
        severity: 'error',
        at: formatTableName(difference.parent),
        what: `has hash partitions of modulus ${difference.found.join(' and ')}; ${difference.declared} are declared`,
        nextStep:
          'Declare what there is. Another number would move nearly every row: create a table with that many beside it, copy, and swap them.',
      }
    case 'bound-unplaced':
      return {
        code: 'BOUND_UNPLACED',
        severity: 'error',
        at: formatTableName(difference.partition),
        what: `of ${formatTableName(difference.parent)} holds ${formatBound(difference.partition.bound)}, which is no range of the declared key`,
        nextStep:
          'Nothing is made or retired beside it. Detach it, or declare the key, the encoding and the tenants that the table really has.',
      }
    case 'series-ahead':
      return {
        code: 'CLOCK_BEHIND',
        severity: 'error',
        at: formatTableName(difference.partition),
        what: 'is the next partition of its series, and begins long after the present: the clock may be far behind, and nothing is made but for the present and what comes after it',
        nextStep:
          'Look at the clock of the database. Where it is right, and somebody has made a partition for a far future: drop it, or let it have no upper bound (MAXVALUE).',
      }
    case 'level-unread':
      return difference.unread.what === 'highest-key'
        ? {
            code: 'HIGHEST_KEY_UNREADABLE',
            severity: 'error',
            at: formatTableName(difference.parent),
            what: `cannot be asked for its highest key: ${difference.unread.why}`,
            nextStep:
              'Where a lock was in the way, the next run reads it; otherwise grant SELECT on the partitions. Until then nothing is made or retired below it.',
          }
        : {
            code: 'SIZES_UNREADABLE',
            severity: 'warning',
            at: formatTableName(difference.parent),
            what: `cannot be asked how large its partitions are: ${difference.unread.why}`,
            nextStep: 'Where a lock was in the way, the next run reads it. Until then nothing retires by its size.',
          }
    case 'default-present':
      return difference.declared
        ? undefined
        : {
            code: 'DEFAULT_PARTITION_PRESENT',
            severity: 'warning',
            at: formatTableName(difference.parent),
            what: `has the DEFAULT partition ${formatTableName(difference.partition)}`,
            nextStep:
              'PostgreSQL detaches nothing concurrently beside a DEFAULT partition, so nothing is retired here. Detach it once it is empty, or declare it (default: true).',
          }
    case 'partition-detached':
      return difference.expired === null
        ? {
            code: 'DETACHED_PARTITION_KEPT',
            severity: 'info',
            at: formatTableName(difference.partition),
            what: difference.isParentKept
              ? 'stands detached, and the retention would keep it today'
              : `stands detached, and its parent ${formatTableName(difference.partition.marker.parent)} is gone, or about to retire`,
            nextStep: difference.isParentKept
              ? 'Attach it again (ALTER TABLE ... ATTACH PARTITION), or drop it yourself. partman does neither.'
              : 'Drop it yourself when its rows may go. partman does not: nothing tells any more whether they may.',
          }
        : undefined
    default:
      return undefined
  }
}

function formatKey(key: PartitionKey | null): string {
  if (!key) return 'not partitioned'
  return `partitioned by ${key.method.toUpperCase()} (${key.columns.map((column) => column ?? 'an expression').join(', ')})`
}
