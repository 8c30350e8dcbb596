import { z } from '@hono/zod-openapi'

/** The shapes of the REST API: the one source of its validation, its OpenAPI document and its types. */

const instant = (description: string) => z.iso.datetime().meta({ description })
const count = (description: string) => z.int().min(0).meta({ description })
const bytes = (description: string) =>
  z
    .number()
    .min(0)
    .meta({ description: `${description}, in bytes` })

export const TableName = z.object({ schema: z.string(), name: z.string() }).openapi('TableName')

export const Severity = z.enum(['error', 'warning', 'info']).openapi('Severity')

export const Finding = z
  .object({
    code: z.string().meta({ description: 'Explained in docs/findings.md' }),
    severity: Severity,
    model: z.string().nullable(),
    table: z.union([TableName, z.null()]),
    declaredAt: z.string().meta({ description: 'file:line:column of the declaration' }),
    message: z.string(),
    nextStep: z.string(),
  })
  .openapi('Finding')

/** What a partition is to its table at this moment. */
export const PartitionState = z
  .enum(['retiring', 'detached', 'history', 'current', 'ahead', 'missing', 'other'])
  .meta({
    description:
      'retiring: attached, past its retention; detached: retired, in its grace period; history, current, ahead: by time; missing: wanted, and not there; other: by no window',
  })
  .openapi('PartitionState')

export const Level = z
  .object({
    kind: z.enum(['range', 'number-range', 'list', 'tenants', 'hash']),
    method: z.string().meta({ description: 'RANGE, LIST or HASH' }),
    columns: z.array(z.string()),
  })
  .openapi('Level')

export const TableSummary = z
  .object({
    model: z.string(),
    table: TableName,
    state: z.enum(['partitioned', 'plain', 'missing']),
    levels: z.array(Level),
    interval: z.string().nullable().meta({ description: 'Of its level of windows, as it is declared' }),
    premake: z.int().nullable(),
    retention: z.string().nullable().meta({ description: 'In words, such as "30 days, then 24 hours detached"; null keeps everything' }),
    tenants: count('Tenants that have partitions').nullable(),
    leaves: count('Partitions that hold rows'),
    detached: count('Retired partitions in their grace period'),
    bytes: bytes('Size with indexes and TOAST'),
    rows: z.number().nullable().meta({ description: 'Estimate of the last ANALYZE or VACUUM; null where there was none' }),
    from: z.string().nullable().meta({ description: 'ISO 8601, or a number: where the oldest series begins' }),
    until: z.string().nullable().meta({ description: 'ISO 8601, or a number: where the series that ends first ends' }),
    runwayDays: z
      .number()
      .nullable()
      .meta({ description: 'Days from now until there; null where the windows are none of time, or without an end' }),
    nextRetirement: z.iso.datetime().nullable(),
    holds: count('Holds in force'),
    findings: z.object({ error: z.int(), warning: z.int(), info: z.int() }),
  })
  .openapi('TableSummary')

export const Lease = z
  .object({
    holder: z.string().nullable(),
    expiresAt: instant('When it runs out').nullable(),
    lastRunAt: instant('End of the last run').nullable(),
  })
  .openapi('Lease')

export const Overview = z
  .object({
    now: instant('By the clock of the database'),
    server: z.string().meta({ description: 'Version of PostgreSQL' }),
    hasBookkeeping: z.boolean(),
    lease: Lease,
    health: z.enum(['ok', 'warning', 'error']),
    tables: z.array(TableSummary),
    findings: z.array(Finding).meta({ description: 'Those of the last run that looked at each table; /findings looks anew' }),
  })
  .openapi('Overview')

/** All partitions of one window, of all tenants together. */
export const RibbonCell = z
  .object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    state: PartitionState,
    partitions: count('How many'),
    missing: count('How many tenants have none'),
    bytes: bytes('Size'),
    rows: z.number().nullable(),
  })
  .openapi('RibbonCell')

export const Growth = z
  .object({
    samples: z.array(z.object({ at: z.iso.datetime(), bytes: z.number(), rows: z.number().nullable() })),
    bytesPerDay: z.number().nullable(),
    bytesAtRetention: z.number().nullable().meta({ description: 'Size once the oldest rows are as old as the retention lets them be' }),
  })
  .openapi('Growth')

export const TableDetail = TableSummary.extend({
  declaredAt: z.string(),
  timeZone: z.string().nullable(),
  ribbon: z.array(RibbonCell),
  growth: Growth,
  defaultRows: z
    .array(z.object({ partition: TableName, rows: z.number().nullable(), bytes: z.number() }))
    .meta({ description: 'The DEFAULT partitions, and an estimate of what is in them' }),
}).openapi('TableDetail')

export const Partition = z
  .object({
    schema: z.string(),
    name: z.string(),
    tenant: z.string().nullable(),
    bound: z.string().meta({ description: 'For people, such as [2026-03-01 .. 2026-03-02)' }),
    from: z.string().nullable(),
    to: z.string().nullable(),
    state: PartitionState,
    bytes: bytes('Size with indexes and TOAST'),
    rows: z.number().nullable(),
    scans: z.number().nullable().meta({ description: 'Sequential and index scans since the statistics were reset' }),
    lastScanAt: z.iso.datetime().nullable().meta({ description: 'From PostgreSQL 16 on' }),
    retiredAt: z.iso.datetime().nullable(),
    held: z.boolean(),
  })
  .openapi('Partition')

/** Who has removed a tenant, and for how long it can be taken back. */
export const TenantRemoval = z
  .object({
    at: z.iso.datetime(),
    by: z.string(),
    reason: z.string(),
    restorableUntil: instant(
      'Nothing of it is dropped before; from then on some of it is gone for good. null: nothing is going to be dropped, or nothing is left',
    ).nullable(),
  })
  .openapi('TenantRemoval')

export const Tenant = z
  .object({
    set: z.string(),
    key: z.string(),
    removal: z.union([TenantRemoval, z.null()]).meta({ description: 'null: it is there' }),
    partitions: count('Leaves of its own; of one that was removed, those that can be taken back, detached or not'),
    bytes: bytes('Size of those'),
    rows: z.number().nullable(),
    share: z.number().meta({ description: 'Of the bytes of all tenants of the set, 0 to 1' }),
    withoutPartitions: z.array(TableName).meta({ description: 'Tables of the set where nothing takes its rows' }),
    settings: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi('Tenant')

/** What would become of a tenant in each table of its set. */
export const ForeseenRemoval = z
  .object({
    set: z.string(),
    key: z.string(),
    tables: z.array(
      z.object({
        table: TableName,
        partitions: count('Leaves that the next runs detach'),
        bytes: bytes('Size of those'),
        rows: z.number().nullable(),
        stays: z
          .enum(['shared', 'default'])
          .nullable()
          .meta({ description: 'Why rows of it stay: in partitions of several tenants, or beside a DEFAULT one; null: none do' }),
        grace: z.string().meta({ description: 'How long they stand detached, and can be taken back, such as "30 days"' }),
        afterGrace: z.enum(['drop', 'move', 'keep']),
      }),
    ),
  })
  .openapi('ForeseenRemoval')

export const TenantToRemove = z
  .object({ set: z.string().min(1), key: z.string().min(1), reason: z.string().trim().min(1).max(1000) })
  .openapi('TenantToRemove')

export const RestoredTenant = z
  .object({
    wasRemoved: z.boolean(),
    attached: z.array(z.object({ table: TableName, partition: TableName })),
    tenant: Tenant,
  })
  .openapi('RestoredTenant')

export const Operation = z
  .object({
    kind: z.string(),
    model: z.string(),
    table: TableName,
    partition: TableName,
    bound: z.string().nullable(),
    reason: z.string(),
    transactional: z.boolean(),
    destroysData: z.boolean(),
    locks: z.array(z.object({ mode: z.string(), on: TableName })),
  })
  .openapi('Operation')

export const Plan = z
  .object({
    now: instant('The instant it was made for'),
    fingerprint: z.string().meta({ description: 'What is applied is what was seen' }),
    operations: z.array(Operation),
    findings: z.array(Finding),
    destroysData: z.boolean(),
  })
  .openapi('Plan')

export const Step = z
  .object({
    kind: z.string(),
    model: z.string(),
    table: TableName,
    partition: TableName,
    bound: z.string().nullable(),
    reason: z.string(),
    outcome: z.enum(['done', 'failed', 'skipped']),
    error: z.string().nullable(),
    retries: z.int(),
    waitedMs: z.number(),
    blockers: z.array(z.string()),
  })
  .openapi('Step')

export const Run = z
  .object({
    id: z.string(),
    holder: z.string(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    outcome: z.enum(['running', 'done', 'failed', 'cut-off']),
    counts: z.object({ done: z.int(), failed: z.int(), skipped: z.int() }),
  })
  .openapi('Run')

export const RunDetail = Run.extend({ steps: z.array(Step), findings: z.array(Finding) }).openapi('RunDetail')

export const Hold = z
  .object({
    id: z.string(),
    table: TableName,
    tenant: z.string().nullable(),
    lower: z.string().nullable(),
    upper: z.string().nullable(),
    reason: z.string(),
    until: z.iso.datetime().nullable(),
    heldAt: z.iso.datetime(),
    heldBy: z.string(),
    releasedAt: z.iso.datetime().nullable(),
    releasedBy: z.string().nullable(),
    state: z.enum(['in-force', 'over', 'released']),
  })
  .openapi('Hold')

export const NewHold = z
  .object({
    model: z.string().min(1),
    tenant: z.string().nullable().default(null),
    from: z.string().nullable().default(null),
    to: z.string().nullable().default(null).meta({ description: 'Excluded' }),
    until: z.string().nullable().default(null),
    reason: z.string().trim().min(1).max(1000),
  })
  .openapi('NewHold')

export const Approval = z
  .object({
    model: z.string(),
    table: TableName,
    declared: z.string().nullable().meta({ description: 'The retention that is declared, in words' }),
    inForce: z.string().nullable().meta({ description: 'The retention that is in force, in words; null: none was approved of yet' }),
    isPending: z.boolean(),
    approvedAt: z.iso.datetime().nullable(),
    approvedBy: z.string().nullable(),
    going: z.array(Operation).meta({ description: 'What would go at once' }),
    fingerprint: z.string().meta({ description: 'Of what would go: whoever approves sends it back' }),
  })
  .openapi('Approval')

export const AuditEntry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string(),
    act: z.string(),
    table: TableName,
    subject: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    reason: z.string().nullable(),
  })
  .openapi('AuditEntry')

export const Reason = z.object({ reason: z.string().trim().min(1).max(1000) }).openapi('Reason')

export const Me = z.object({ user: z.string().nullable(), role: z.enum(['none', 'viewer', 'operator', 'admin']) }).openapi('Me')

/** RFC 9457. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string().meta({ description: 'Of partman; explained in docs/errors.md' }),
    hint: z.string().optional(),
  })
  .openapi('Problem')

/** One page of a longer list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Cursor of the page after this one; null: there is none' }),
    total: z.int().nullable().meta({ description: 'How many there are in all; null where that is not counted' }),
  })
}

export const Health = z
  .object({ status: z.literal('ok').meta({ description: 'Where the database does not answer, this is a problem' }) })
  .openapi('Health')

/** What becomes of an applied plan. */
export const Applied = z
  .object({
    outcome: z.enum(['done', 'failed']),
    counts: z.object({ done: z.int(), failed: z.int(), skipped: z.int() }),
    steps: z.array(Step),
  })
  .openapi('Applied')

export const NewTenant = z.object({ set: z.string().min(1), key: z.string().min(1) }).openapi('NewTenant')

export const NewApproval = z
  .object({ model: z.string().min(1), fingerprint: z.string().min(1), reason: z.string().trim().min(1).max(1000) })
  .openapi('NewApproval')

export const ApplyPlan = z
  .object({
    now: z.iso.datetime().meta({ description: 'As the plan has it' }),
    fingerprint: z.string().min(1).meta({ description: 'As the plan has it' }),
    confirm: z.string().optional().meta({ description: 'The word "destroy", where the plan destroys data' }),
  })
  .openapi('ApplyPlan')

export const Findings = z.object({ items: z.array(Finding) }).openapi('Findings')

export const Approvals = z.object({ items: z.array(Approval) }).openapi('Approvals')

export const AlertDelivery = z
  .object({
    channel: z.string(),
    event: z.enum(['raised', 'resolved']),
    state: z
      .enum(['delivered', 'under-way', 'failed'])
      .meta({ description: 'failed: it is tried again, for as long as the alert is what it tells of' }),
    attempts: count('How often it was tried'),
    triedAt: z.iso.datetime().nullable(),
    deliveredAt: z.iso.datetime().nullable(),
    error: z.string().nullable(),
  })
  .openapi('AlertDelivery')

export const Alert = z
  .object({
    id: z.string(),
    rule: z.string().meta({ description: 'Explained in docs/alerts.md' }),
    model: z.string().nullable().meta({ description: 'null: of no table, or of several' }),
    severity: Severity,
    message: z.string(),
    nextStep: z.string(),
    raisedAt: z.iso.datetime(),
    seenAt: z.iso.datetime(),
    resolvedAt: z.iso.datetime().nullable(),
    deliveries: z.array(AlertDelivery),
  })
  .openapi('Alert')

export const AlertChannels = z.object({ items: z.array(z.object({ name: z.string() })) }).openapi('AlertChannels')

export const AlertTest = z
  .object({ channels: z.array(z.string().min(1).max(100)).min(1).max(100).meta({ description: 'Names of those to try out' }) })
  .openapi('AlertTest')

export const AlertTested = z
  .object({ channels: z.array(z.object({ channel: z.string(), outcome: z.enum(['delivered', 'failed']), error: z.string().nullable() })) })
  .openapi('AlertTested')
