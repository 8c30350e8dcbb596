import type { Account } from './account.js'
import { formatNumber, formatTable } from './format-text.js'
import type { DemoTable } from './ledger.js'
import type { JoinedProject } from './simulate.js'

const HEADER = ['table', 'project', 'inserted', '=', 'kept', '+', 'detached', '+', 'dropped']

/** Inserted rows and what became of them, per table and project, with the sum of all. */
export function formatAccounts(accounts: readonly Account[], projects: readonly JoinedProject[]): string[] {
  const order = ['Event', 'DeliveryAttempt', 'AuditLog'] satisfies DemoTable[]
  const owners = [...projects.map(({ id, slug }) => ({ id, slug })), { id: null, slug: '(none)' }]
  const rows = order.flatMap((table) =>
    owners.flatMap(({ id, slug }) =>
      accounts
        .filter((account) => account.table === table && account.projectId === id)
        .map((account) => formatAccount(table, slug, account)),
    ),
  )
  const sum = (figure: 'inserted' | 'kept' | 'detached' | 'dropped') => accounts.reduce((total, account) => total + account[figure], 0)
  const total = { inserted: sum('inserted'), kept: sum('kept'), detached: sum('detached'), dropped: sum('dropped') }
  const named = rows.map(([table = '', ...rest], index) => [rows[index - 1]?.[0] === table ? '' : table, ...rest])
  return formatTable(HEADER, [...named, formatAccount('all', '', total)])
}

function formatAccount(table: string, slug: string, { inserted, kept, detached, dropped }: Omit<Account, 'table' | 'projectId'>): string[] {
  return [table, slug, formatNumber(inserted), '=', formatNumber(kept), '+', formatNumber(detached), '+', formatNumber(dropped)]
}
