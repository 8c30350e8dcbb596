/** The screens that one can go to, and the key after `g` that goes there. */
export const SECTIONS = [
  { path: '', name: 'Overview', key: 'o' },
  { path: 'plan', name: 'Plan', key: 'p' },
  { path: 'runs', name: 'Runs', key: 'r' },
  { path: 'findings', name: 'Findings', key: 'f' },
  { path: 'alerts', name: 'Alerts', key: 'e' },
  { path: 'tenants', name: 'Tenants', key: 't' },
  { path: 'holds', name: 'Holds', key: 'h' },
  { path: 'approvals', name: 'Approvals', key: 'a' },
  { path: 'audit', name: 'Audit log', key: 'l' },
] as const
