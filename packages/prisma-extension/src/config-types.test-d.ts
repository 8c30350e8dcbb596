import type { PartmanDocument } from '@partman/core'
import type { PartitionInfo } from './list-partitions.js'
import type { PartmanClient, TenantRegistration } from './partman-client.js'

const window = {
  kind: 'range',
  by: { field: 'at', column: 'at', type: 'timestamptz' },
  prefix: null,
  interval: '1 day',
  timeZone: 'UTC',
  origin: null,
  start: null,
  premake: 1,
  retention: null,
  default: false,
  subpartition: null,
} as const

const ofProjects = {
  version: 1,
  schemaHash: 'none',
  partitionSchema: 'partman_partitions',
  tenantSets: [{ name: 'Project', type: 'text', source: null }],
  tables: [
    {
      model: 'Event',
      table: { schema: 'public', name: 'Event' },
      policy: {
        kind: 'tenants',
        by: { field: 'projectId', column: 'projectId', type: 'text' },
        tenants: 'Project',
        default: false,
        subpartition: window,
      },
      declaredAt: 'schema.prisma:1:5',
    },
    { model: 'AuditLog', table: { schema: 'public', name: 'AuditLog' }, policy: window, declaredAt: 'schema.prisma:2:5' },
  ],
} as const satisfies PartmanDocument

const ofTwoSets = {
  ...ofProjects,
  tenantSets: [
    { name: 'Project', type: 'uuid', source: null },
    { name: 'Ledger', type: 'bigint', source: null },
    { name: 'Workspace', type: 'integer', source: null },
  ],
} as const satisfies PartmanDocument

declare const sole: PartmanClient<typeof ofProjects>
declare const several: PartmanClient<typeof ofTwoSets>
declare const untyped: PartmanClient<PartmanDocument>

/** Checked by the compiler; never called. */
export async function keysHaveTheTypeOfTheirSet(): Promise<void> {
  await sole.ensureTenant('acme')
  await sole.ensureTenant('acme', { tenants: 'Project' })
  // @ts-expect-error a key of a text set is a string
  await sole.ensureTenant(1)
  // @ts-expect-error no such set
  await sole.ensureTenant('acme', { tenants: 'Projects' })
  const results: TenantRegistration<string>[] = await sole.registerTenants(['acme'])
  // @ts-expect-error keys of a text set are strings
  await sole.registerTenants([1n])
  const tenants: string[] = await sole.tenants()

  await several.ensureTenant(1n, { tenants: 'Ledger' })
  await several.ensureTenant(1, { tenants: 'Workspace' })
  // @ts-expect-error a key of a bigint set is a bigint
  await several.ensureTenant(1, { tenants: 'Ledger' })
  // @ts-expect-error a key of an integer set is a number
  await several.ensureTenant('1', { tenants: 'Workspace' })
  // @ts-expect-error the set has to be named where there are several
  await several.ensureTenant('acme')
  // @ts-expect-error the set has to be named where there are several
  await several.tenants()
  const ledgers: bigint[] = await several.tenants({ tenants: 'Ledger' })

  await untyped.ensureTenant(1n, { tenants: 'Whatever' })
  const keys: (string | number | bigint)[] = await untyped.tenants()
  void [results, tenants, ledgers, keys]
}

interface Extended {
  readonly event: { count(): Promise<number> }
}
declare const ofClient: PartmanClient<typeof ofProjects, Extended>
declare const severalOfClient: PartmanClient<typeof ofTwoSets, Extended>

/** Checked by the compiler; never called. */
export async function boundClientsHaveTheTypeOfTheClient(): Promise<void> {
  const bound: Extended = ofClient.forTenant('acme')
  // @ts-expect-error a key of a text set is a string
  ofClient.forTenant(1)
  // @ts-expect-error no such set
  ofClient.forTenant('acme', { tenants: 'Projects' })
  const ledger: Extended = severalOfClient.forTenant(1n, { tenants: 'Ledger' })
  // @ts-expect-error a key of a bigint set is a bigint
  severalOfClient.forTenant('1', { tenants: 'Ledger' })
  // @ts-expect-error the set has to be named where there are several
  severalOfClient.forTenant(1n)
  void [bound, ledger]
}

/** Checked by the compiler; never called. */
export async function modelsAreLiterals(): Promise<void> {
  const events: PartitionInfo<string | null>[] = await sole.partitions('Event')
  const logs: PartitionInfo<null>[] = await sole.partitions('AuditLog')
  // @ts-expect-error Project is not partitioned
  await sole.partitions('Project')
  // @ts-expect-error tenants of projects are strings
  const numbers: PartitionInfo<number | null>[] = await sole.partitions('Event')
  void [events, logs, numbers, await untyped.partitions('Whatever')]
}
