export { HOLD_JSON, type HoldRow, holdsByTable } from './catalog/observe-holds.js'
export { type Observation, observeState, observeTree, type ServerFacts } from './catalog/observe-state.js'
export { observeForeignKeys, observeTenantTriggers } from './catalog/observe-tenant-triggers.js'
export { type InvalidSettings, type ObservedTenants, observeTenants } from './catalog/observe-tenants.js'
export type { Check, CheckFinding, CheckResult, Choice, Observers } from './checks/check.js'
export type { CheckCode } from './checks/check-code.js'
export { codePage } from './checks/code-page.js'
export { DATABASE_CHECKS, type DatabaseFacts } from './checks/database-checks.js'
export { FINDING_REASONS } from './checks/finding-reasons.js'
export { fromFinding } from './checks/from-finding.js'
export type { MaintenanceHistory } from './checks/maintenance-facts.js'
export type { RelationFacts } from './checks/relation-facts.js'
export type { ServerHealth } from './checks/server-facts.js'
export { diffState } from './diff/diff-state.js'
export type { Difference } from './diff/difference.js'
export { PartmanError, type PartmanErrorCode } from './error.js'
export { BOOKKEEPING_VERSION, renderBookkeeping } from './migration/bookkeeping.js'
export { findChanges, type SchemaChange, type UniqueKind } from './migration/find-changes.js'
export { renderFirstPartitions } from './migration/first-partitions.js'
export {
  isEmptyMigration,
  type MigrationFile,
  readMigrations,
  replaceMigration,
  writeMigration,
} from './migration/migration-folder.js'
export { type MigrationHistory, type MigrationRow, resolveMigrationHistory } from './migration/migration-history.js'
export {
  isPartmanMigration,
  type MigrationMarkers,
  parseMigrationMarkers,
  renderBookkeepingMarker,
  renderTableMarker,
} from './migration/migration-marker.js'
export { type PartitionedScript, partitionCreateTable } from './migration/partition-create-table.js'
export { type DatabaseName, type PendingChange, type PendingChanges, resolvePendingChanges } from './migration/pending-changes.js'
export { findPendingIndexes, type PendingIndex } from './migration/plan-index-edits.js'
export {
  type MigrationPlan,
  type MigrationRefusal,
  type MigrationRequest,
  type MigrationTable,
  planMigration,
} from './migration/plan-migration.js'
export {
  findTriggerOn,
  planTriggers,
  refuseTriggers,
  type TriggerRefusal,
  type TriggerRequest,
  type TriggerStep,
  type WantedTrigger,
} from './migration/plan-triggers.js'
export { renderMigration } from './migration/render-migration.js'
export { findTableChanges, type TableChange } from './migration/table-change.js'
export type { FoundTable } from './migration/table-step.js'
export { renderCreateTrigger, type TenantTrigger, wantTriggers } from './migration/tenant-trigger.js'
export type { Finding, FindingCode } from './plan/finding.js'
export { isRetirement } from './plan/hold-doubtful.js'
export { type AcceptedTerms, holdUnapproved } from './plan/hold-unapproved.js'
export type {
  AttachIndex,
  BesideDefault,
  ClearMarker,
  CreateIndex,
  CreatePartition,
  DetachPartition,
  DropCheck,
  DropPartition,
  FinalizeDetach,
  MovePartition,
  Operation,
  OperationLock,
  PartitionReference,
} from './plan/operation.js'
export type { Plan } from './plan/plan.js'
export { type PlanContext, planChanges } from './plan/plan-changes.js'
export {
  emptyState,
  type SimulatedRun,
  type SimulatedTable,
  type Simulation,
  type SimulationInput,
  simulateMaintenance,
} from './plan/simulate-maintenance.js'
export { describeRetention } from './policy/describe-retention.js'
export {
  DOCUMENT_VERSION,
  documentJsonSchema,
  type PartmanDocument,
  parseDocument,
  RETIRE_AT_MOST,
  type TableName,
  type TablePolicy,
  type TenantKeyDefault,
  type TenantSet,
} from './policy/document.js'
export { DURATION_UNITS, type Duration, type DurationUnit, formatDuration, parseDuration } from './policy/duration.js'
export {
  HASH_KEY_TYPES,
  type HashKeyType,
  LIST_KEY_TYPES,
  type ListKeyType,
  NUMBER_KEY_TYPES,
  type NumberKeyType,
  TENANT_KEY_TYPES,
  type TenantKeyType,
  TIME_ENCODINGS,
  TIME_KEY_TYPES,
  type TimeEncoding,
  type TimeKeyType,
} from './policy/key-column.js'
export {
  type AfterGrace,
  type HashPolicy,
  type KeyColumn,
  keyColumns,
  type ListPolicy,
  type NumberRangePolicy,
  type OrderedId,
  type PartitionPolicy,
  policyLevels,
  type RangePolicy,
  type RetentionPolicy,
  type TenantColumn,
  type TenantsPolicy,
  type TimeKey,
  tenantsOf,
  type WindowPolicy,
} from './policy/policy.js'
export { parseSize, SIZE_UNITS } from './policy/size.js'
export { parseTenantKey, type TenantKey } from './policy/tenant-key.js'
export { type InvalidTenantSettings, parseTenantSettings, type TenantSettings } from './policy/tenant-settings.js'
export { isTimeZone } from './policy/time-zone.js'
export { type ApplyOptions, applyOperation } from './runtime/apply-operation.js'
export { type Blocker, formatBlocker } from './runtime/blocker.js'
export type { Clock } from './runtime/clock.js'
export { databaseObservers } from './runtime/database-observers.js'
export { explainRemoved } from './runtime/explain-removed.js'
export {
  type ForeseenRemoval,
  foreseeRemoval,
  type PartitionOfTenant,
  type StayingRows,
  type TenantName,
} from './runtime/foresee-removal.js'
export { type CutOffRun, explainMissing } from './runtime/lease.js'
export { type Logger, unfailing } from './runtime/logger.js'
export { createMaintainer, type Maintainer, type MaintainerOptions, type RunOptions } from './runtime/maintainer.js'
export { formatReport, type MaintenanceReport, type StepReport } from './runtime/maintenance-report.js'
export {
  type GroupMeasure,
  type Measure,
  type MeasuredGroup,
  measureGroups,
  measureRelations,
  type RelationMeasure,
  type SizeSource,
} from './runtime/measure-relations.js'
export { observeMeasures } from './runtime/observe-measures.js'
export { observeTenantsApart, type TenantsWithFindings } from './runtime/observe-tenants-apart.js'
export { type HeldRows, type HoldsAsked, observeHeldRows, pageHolds } from './runtime/page-holds.js'
export type { Row, RowOptions } from './runtime/partition-rows.js'
export { type PlannedMaintenance, type PlanningOptions, planMaintenance } from './runtime/plan-maintenance.js'
export { type ApprovalNote, recordApprovals } from './runtime/record-approvals.js'
export { addHold, listHolds, type NewHold, type RecordedHold, releaseHold } from './runtime/record-hold.js'
export { type RemovedPartitions, removeTenant, type TenantToRemove } from './runtime/remove-tenant.js'
export { type RestoredPartition, type RestoreRequest, restoreDetached } from './runtime/restore-detached.js'
export { type RestoredTenant, type RestoreTenantOptions, restoreTenant } from './runtime/restore-tenant.js'
export type {
  HookDecision,
  HookReport,
  RetirementHook,
  RetirementHooks,
  RetirementPhase,
  RetiringPartition,
} from './runtime/retirement-hook.js'
export { type RetryOptions, retryOnLocks } from './runtime/retry.js'
export { runChecks } from './runtime/run-checks.js'
export { isLockTrouble, SQLSTATE, sqlState } from './runtime/sql-state.js'
export type { Database } from './sql/database.js'
export type { ActingMaintainer, RenderOptions } from './sql/guarded-block.js'
export { renderOperation } from './sql/render-operation.js'
export { renderPartitionBy } from './sql/render-partition.js'
export { renderPlan } from './sql/render-plan.js'
export { renderPlanningProbe } from './sql/render-planning-probe.js'
export {
  type RegistrationBatch,
  type RegistrationOptions,
  renderRegistration,
  renderRegistrationBatches,
} from './sql/render-registration.js'
export { doBlock, literal, type Sql, sql } from './sql/sql.js'
export { type Bound, formatBound, type RangeDatum } from './state/bound.js'
export { type ApartPartition, describeApart, describePartitions, type PartitionDescription } from './state/describe-partitions.js'
export { countLeaves, describeTables, type TableDescription } from './state/describe-table.js'
export { type HeldPartitions, heldPartitions } from './state/held-partitions.js'
export { type Hold, holdsInForce } from './state/hold.js'
export { resolveHoldRange } from './state/hold-range.js'
export { instantReader, type KeyAxis, keyAxis, positionOf, type TimeAxis, timeAxis } from './state/key-axis.js'
export { DEFAULT_LOCK_CAPACITY, LOCKS_PER_TABLE, tablesPerTransaction } from './state/lock-budget.js'
export { nextRetirement, nextRetirementKey } from './state/next-retirement.js'
export type { Position } from './state/position.js'
export { placeRange, tenantIn } from './state/range-span.js'
export { type Removal, type RemovalTerms, removalEnd, termsOf } from './state/removal.js'
export { type RetentionTerms, retentionTerms, sameTerms } from './state/retention-terms.js'
export {
  type DetachedPartition,
  formatTableName,
  type Partition,
  type PartitionKey,
  type State,
  sameTable,
  type Table,
} from './state/state.js'
export { type LevelDescription, type TableStatus, tableStatuses } from './state/table-status.js'
export type { FoundTrigger } from './state/tenant-trigger-mark.js'
export { partitionKey, type WantedTable, type Wish, wantState } from './state/want-state.js'
export { writtenInstant } from './state/written-key.js'
