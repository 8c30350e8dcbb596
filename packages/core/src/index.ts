export { PartmanError, type PartmanErrorCode } from './error.js'
export {
  DOCUMENT_VERSION,
  documentJsonSchema,
  type ListPolicy,
  type PartitionPolicy,
  type PartmanDocument,
  parseDocument,
  type RangePolicy,
  type RetentionPolicy,
  type TableName,
  type TablePolicy,
  TENANT_KEY_TYPES,
  type TenantKeyType,
  type TenantSet,
  TIME_KEY_TYPES,
  type TimeKeyType,
} from './policy/document.js'
export { DURATION_UNITS, type Duration, type DurationUnit, formatDuration, parseDuration } from './policy/duration.js'
export { parseTenantKey, type TenantKey } from './policy/tenant-key.js'
