import {
  explainMissing,
  explainRemoved,
  formatTableName,
  observeState,
  observeTenants,
  type PartitionOfTenant,
  type PartmanDocument,
  PartmanError,
  parseTenantKey,
  removeTenant,
  renderRegistration,
  restoreTenant,
  retryOnLocks,
  type TenantSet,
  tenantIn,
  tenantsOf,
} from '@partman/core'
import { Command } from 'commander'
import { currentActor } from '../actor.js'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatCount, formatPrintable, formatTable } from '../format-text.js'
import { describeError } from '../report-error.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

const LOCK_OPTIONS = { lockTimeoutMs: 2_000, attempts: 4, backoffMs: 500 }

/** Writers of tables that foreign keys refer to wait behind each of its steps. */
const RESTORE_OPTIONS = { lockTimeoutMs: 200, attempts: 8, backoffMs: 500 }

interface TenantsOptions {
  readonly set?: string
  readonly args: readonly string[]
}

/** `partman tenants add`, `remove`, `restore` and `list`. */
export function tenantsCommand(bind: Bind): Command {
  const set = ['--set <model>', 'tenant set, where the schema has several'] as const
  return new Command('tenants')
    .description('register tenants, remove them, take them back, and list them')
    .addCommand(
      new Command('add')
        .description('register tenants and make their partitions; those that are there already stay as they are')
        .argument('<keys...>', 'tenant keys')
        .option(...set)
        .action(bind(runAdd)),
    )
    .addCommand(
      new Command('remove')
        .description(
          'remove a tenant: the next runs detach its partitions, and drop them after their grace period; `tenants restore` takes it back before',
        )
        .argument('<key>', 'tenant key')
        .requiredOption('--reason <text>', 'why, for whoever asks later')
        .option(...set)
        .action(bind(runRemove)),
    )
    .addCommand(
      new Command('restore')
        .description('take a tenant back that was removed: attach its detached partitions, and make what is missing')
        .argument('<key>', 'tenant key')
        .requiredOption('--reason <text>', 'why, for whoever asks later')
        .option(...set)
        .action(bind(runRestore)),
    )
    .addCommand(
      new Command('list')
        .description('list the tenants there are')
        .option(...set)
        .action(bind(runList)),
    )
}

type Added =
  | { readonly key: string; readonly outcome: 'added' | 'present' }
  | { readonly key: string; readonly outcome: 'failed'; readonly error: { code: string; message: string; hint: string | null } }

async function runAdd(session: Session, options: TenantsOptions): Promise<ExitCode> {
  const document = await session.document()
  const set = resolveSet(document, options.set)
  const { output } = session
  const tenants = await withDatabase(session, async ({ database }) => {
    const observation = await observeState(database, document)
    if (observation.bookkeepingVersion === null) throw bookkeepingMissing()
    const known = new Set((await observeTenants(database, document, observation)).tenants.get(set.name))
    const added: Added[] = []
    for (const [index, key] of options.args.entries()) {
      output.progress(`${index} of ${formatCount(options.args.length, 'tenant')}`)
      try {
        const statement = renderRegistration(document, set.name, key, { ...LOCK_OPTIONS, now: observation.server.now })
        await retryOnLocks(() => database.query(statement), LOCK_OPTIONS)
        added.push({ key, outcome: known.has(parseTenantKey(set.type, key)) ? 'present' : 'added' })
      } catch (error) {
        const { code, message, hint } = describeError(explainRemoved(error))
        added.push({ key, outcome: 'failed', error: { code, message, hint } })
      }
    }
    return added
  })
  output.progress()
  for (const tenant of tenants) {
    const rest = tenant.outcome === 'failed' ? `: ${tenant.error.message}` : ''
    output.print(formatPrintable(`${tenant.outcome}  ${tenant.key}${rest}`))
  }
  output.printJson({ set: set.name, tenants })
  return tenants.some(({ outcome }) => outcome === 'failed') ? EXIT_CODE.failed : EXIT_CODE.done
}

async function runRemove(session: Session, options: TenantsOptions & { readonly reason: string }): Promise<ExitCode> {
  const document = await session.document()
  const { name } = resolveSet(document, options.set)
  const { output } = session
  const [key = ''] = options.args
  const removed = await withDatabase(session, ({ database }) =>
    removeTenant(database, document, { tenants: name, key, reason: options.reason, by: currentActor() }).catch((error: unknown) => {
      throw explainMissing(error)
    }),
  )
  const { going, staying } = removed
  for (const one of going) output.print(formatPartition('goes', one))
  for (const { table, because } of staying) {
    const why = because === 'shared' ? 'its partitions are of several tenants' : 'nothing is detached beside its DEFAULT partition'
    output.print(formatPrintable(`stays  ${formatTableName(table)}: ${why}; delete the rows yourself`))
  }
  output.print(
    formatPrintable(`The tenant ${key} is removed: the next run of the maintainer detaches ${formatCount(going.length, 'partition')}.`),
  )
  output.printJson({ set: name, key, ...removed })
  return EXIT_CODE.done
}

async function runRestore(session: Session, options: TenantsOptions & { readonly reason: string }): Promise<ExitCode> {
  const document = await session.document()
  const { name } = resolveSet(document, options.set)
  const { output } = session
  const [key = ''] = options.args
  const request = { tenants: name, key, reason: options.reason, by: currentActor() }
  const restored = await withDatabase(session, ({ database }) =>
    restoreTenant(database, document, request, RESTORE_OPTIONS).catch((error: unknown) => {
      throw explainRemoved(explainMissing(error))
    }),
  )
  for (const one of restored.attached) output.print(formatPartition('attached', one))
  output.print(formatPrintable(restored.wasRemoved ? `The tenant ${key} is back.` : `The tenant ${key} was not removed.`))
  output.printJson({ set: name, key, ...restored })
  return EXIT_CODE.done
}

function formatPartition(what: string, { table, partition }: PartitionOfTenant): string {
  return formatPrintable(`${what}  ${formatTableName(partition)} of ${formatTableName(table)}`)
}

async function runList(session: Session, options: TenantsOptions): Promise<ExitCode> {
  const document = await session.document()
  const chosen = options.set === undefined ? document.tenantSets : [resolveSet(document, options.set)]
  const { output } = session
  const sets = await withDatabase(session, async ({ database }) => {
    const observation = await observeState(database, document)
    const { tenants, removed } = await observeTenants(database, document, observation)
    const tables = document.tables.map(({ table, policy }) => ({ table, tenants: tenantsOf(policy)?.tenants }))
    return chosen.map(({ name }) => ({
      name,
      tenants: (tenants.get(name) ?? []).map((key) => {
        const lacking = tables.filter(({ table, tenants: set }) => {
          const found = observation.state.tables.find((one) => one.schema === table.schema && one.name === table.name)
          return (
            set === name &&
            !found?.partitions.some(({ bound }) => tenantIn(bound) === key || (bound.kind === 'list' && bound.values.includes(key)))
          )
        })
        return { key, withoutPartitions: lacking.map(({ table }) => table) }
      }),
      removed: [...(removed.get(name) ?? [])].map(([key, { removedAt }]) => ({ key, removedAt })),
    }))
  })
  const rows = sets.flatMap(({ name, tenants, removed }) => [
    ...tenants.map(({ key, withoutPartitions }) => [name, key, withoutPartitions.map(formatTableName).join(', ') || '-']),
    ...removed.map(({ key, removedAt }) => [name, key, `removed at ${removedAt}`]),
  ])
  output.print(rows.length === 0 ? 'No tenants yet.' : formatTable([['set', 'tenant', 'without partitions in'], ...rows]))
  output.printJson({ sets })
  return EXIT_CODE.done
}

function resolveSet({ tenantSets }: PartmanDocument, name: string | undefined): TenantSet {
  const [only] = tenantSets
  const found = name === undefined && tenantSets.length === 1 ? only : tenantSets.find((set) => set.name === name)
  if (found) return found
  const known = tenantSets.map((set) => set.name).join(', ') || 'none'
  throw new PartmanError(
    'TENANT_SET_UNKNOWN',
    name === undefined ? `The schema has ${formatCount(tenantSets.length, 'tenant set')}` : `There is no tenant set "${name}"`,
    {
      hint: tenantSets.length === 0 ? 'Annotate a model with @partman.tenants(key: id).' : `Pass one with --set: ${known}.`,
    },
  )
}

function bookkeepingMissing(): PartmanError {
  return new PartmanError('BOOKKEEPING_MISSING', 'The database has no partman bookkeeping yet', {
    hint: 'Run `partman migrate --name <name>`, then `prisma migrate deploy`.',
  })
}
