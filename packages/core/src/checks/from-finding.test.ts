import { expect, test } from 'vitest'
import { fromFinding } from './from-finding.js'

test.each([
  ['Run `partman migrate --name <name>` and deploy the migration.', ['partman migrate --name <name>']],
  ['Run `partman maintain`, and see to it that it runs again and again.', ['partman maintain']],
  ['Nothing, while the hold lasts. `partman hold release 7` ends it.', []],
  ['`partman approve Event` shows which, and lets them go.', ['partman approve Event --dry-run']],
  ['`partman approve Event $(x)` shows which.', []],
  ['Repair the database, then run `prisma migrate resolve --rolled-back half` (or `--applied`).', []],
  ['Then `prisma migrate deploy`, or `prisma migrate reset`.', []],
  ['`partman migrate --allow-destructive`, `partman tenants remove x`, `partman check && partman hold release 7`', []],
])('of "%s" only what adds or looks is printed to be run', (nextStep, statements) => {
  const finding = { code: 'HOLD_KEEPS', severity: 'info', declaredAt: null, message: 'm', nextStep } as const
  expect(fromFinding(finding)).toMatchObject({ nextStep, statements })
})
