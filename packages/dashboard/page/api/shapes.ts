import type { components } from '../../src/client.js'

type Schemas = components['schemas']

export type Alert = Schemas['Alert']
export type AlertDelivery = Schemas['AlertDelivery']
export type AlertTested = Schemas['AlertTested']
export type Applied = Schemas['Applied']
export type Approval = Schemas['Approval']
export type AuditEntry = Schemas['AuditEntry']
/** The document joins a table that may be null with an object of nothing, which no value is. */
export type Finding = Omit<Schemas['Finding'], 'table'> & { readonly table: TableName | null }
export type Hold = Schemas['Hold']
export type Lease = Schemas['Lease']
export type Level = Schemas['Level']
export type Me = Schemas['Me']
export type Operation = Schemas['Operation']
export type Overview = Omit<Schemas['Overview'], 'findings'> & { readonly findings: readonly Finding[] }
export type Partition = Schemas['Partition']
export type Plan = Omit<Schemas['Plan'], 'findings'> & { readonly findings: readonly Finding[] }
export type Problem = Schemas['Problem']
export type RibbonCell = Schemas['RibbonCell']
export type Run = Schemas['Run']
export type RunDetail = Omit<Schemas['RunDetail'], 'findings'> & { readonly findings: readonly Finding[] }
export type Step = Schemas['Step']
export type TableDetail = Schemas['TableDetail']
export type TableName = Schemas['TableName']
export type TableSummary = Schemas['TableSummary']
export type Tenant = Schemas['Tenant']

export type Role = Me['role']
export type PartitionState = RibbonCell['state']
export type Severity = Finding['severity']
