import { beforeAll, expect, it } from 'vitest'
import { inChromium, listen, violations, visit } from '../fixtures/in-chromium.js'
import { dashboardOn, demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

inChromium('acting on the page', () => {
  let demo: TestDashboard
  let url = ''
  beforeAll(async () => {
    demo = await demoDashboard()
    // The hook that has failed would keep what it was asked about.
    await demo.test.query('DELETE FROM partman.hook_call')
    url = await listen(demo.dashboard)
  })

  const audited = async (act: string) => {
    const response = await demo.get(`/audit?act=${act}&limit=1`)
    const { items } = (await response.json()) as { items: { actor: string; reason: string | null; table: { name: string } }[] }
    return items.map(({ actor, reason, table }) => ({ actor, reason, table: table.name }))
  }

  it('a viewer sees what there is, may do nothing, and is told why', async () => {
    const { page, go } = await visit(url, { role: 'viewer' })
    await go('#/plan')
    await page.getByText('Applying this plan, which destroys data, needs the role admin; yours is viewer.').waitFor()
    expect(await page.getByRole('button', { name: 'Apply…' }).count()).toBe(0)
    await go('#/holds')
    await page.getByText('Adding a hold needs the role operator; yours is viewer.').waitFor()
    expect(await page.getByRole('button', { name: /hold/i }).count()).toBe(0)
    await go('#/approvals')
    await page.getByText('Approving needs the role admin; yours is viewer.').waitFor()
    await go('#/tenants')
    await page.getByText('Adding a tenant needs the role operator; yours is viewer.').waitFor()
    expect(await page.getByRole('button', { name: /Remove|Restore/ }).count()).toBe(0)
  })

  it('an operator adds a hold, and cannot release it', async () => {
    const { page, go } = await visit(url, { role: 'operator' })
    await go('#/holds')
    await page.getByRole('button', { name: 'Add a hold…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a hold' })
    await dialog.getByLabel('Table').selectOption('AuditLog')
    await dialog.getByLabel('Rows from').fill('yesterday')
    await dialog.getByLabel('Reason').fill('Audit of 2026')
    await dialog.getByRole('button', { name: 'Hold', exact: true }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Add a hold…' }).and(page.locator(':focus')).press('Enter')
    await dialog.getByLabel('Table').selectOption('AuditLog')
    await dialog.getByLabel('Reason').fill('Audit of 2026')
    await dialog.getByLabel('Rows from').fill('2026-10-01')
    await dialog.getByRole('button', { name: 'Hold', exact: true }).click()
    await page.getByRole('row', { name: /Audit of 2026/ }).waitFor()
    expect(await page.getByRole('row', { name: /Audit of 2026/ }).textContent()).toContain('rows from 2026-10-01')
    await page.getByText('Releasing a hold needs the role admin; yours is operator.').waitFor()
    expect(await audited('hold')).toEqual([{ actor: 'the operator', reason: 'Audit of 2026', table: 'audit_log' }])
  })

  it('an admin releases a hold, with a reason', async () => {
    await demo.post('/holds', { model: 'Session', reason: 'Until the case is closed' })
    const { page, go } = await visit(url)
    await go('#/holds')
    await page
      .getByRole('row', { name: /Until the case/ })
      .getByRole('button')
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('It is closed')
    await page.keyboard.press('Tab')
    await dialog.getByRole('button', { name: 'Release', exact: true }).click()
    await page.getByRole('row', { name: /Until the case/ }).waitFor({ state: 'detached' })
    await page.getByLabel('Also those that are over or released').check()
    await page.getByRole('row', { name: /Until the case.*released by the admin/ }).waitFor()
    expect(await audited('release')).toEqual([{ actor: 'the admin', reason: 'It is closed', table: 'session' }])
  })

  it('an operator adds a tenant, whatever its key is', async () => {
    const { page, go } = await visit(url, { role: 'operator' })
    const key = '<b>"O\'Neill"</b> & sons'
    await go('#/tenants')
    await page.getByRole('button', { name: 'Add a tenant…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Key').fill(key)
    await page.keyboard.press('Enter')
    await page.getByText(key, { exact: true }).waitFor()
    expect(await page.getByRole('row', { name: /O'Neill/ }).textContent()).toContain('every table')
  })

  it('an operator removes no tenant, and is told who does', async () => {
    const { page, go } = await visit(url, { role: 'operator' })
    await go('#/tenants')
    await page.getByText('Removing a tenant, and taking one back, needs the role admin; yours is operator.').waitFor()
    expect(await page.getByRole('button', { name: /Remove|Restore/ }).count()).toBe(0)
  })

  it('an admin removes a tenant by its key, sees what goes, and takes it back, by keys alone', async () => {
    await demo.post('/tenants', { set: 'Project', key: 'leaver' })
    const shown = await visit(url)
    const { page, go } = shown
    await go('#/tenants')
    await page.getByRole('button', { name: 'Remove leaver' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Remove the tenant leaver?' })
    await dialog.getByRole('row', { name: /public\.event .*2 days detached, then dropped/ }).waitFor()
    const submit = dialog.getByRole('button', { name: 'Remove', exact: true })
    await dialog.getByLabel('Type “leaver” to confirm').and(page.locator(':focus')).waitFor()
    await page.keyboard.type('leave')
    await page.keyboard.press('Tab')
    await page.keyboard.type('The contract has ended')
    expect(await submit.isDisabled()).toBe(true)
    expect(await violations(shown)).toEqual([])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('End')
    await page.keyboard.type('r')
    await page.keyboard.press('Enter')
    const row = page.getByRole('row', { name: /leaver/ })
    await row.getByText(/by the admin: “The contract has ended”/).waitFor()
    expect(await row.textContent()).toMatch(/Whole until \d{4}-\d\d-\d\d .*dropped for good/)
    expect(await audited('remove-tenant')).toEqual([{ actor: 'the admin', reason: 'The contract has ended', table: 'removal' }])
    expect(await violations(shown)).toEqual([])
    await row.getByRole('button', { name: 'Restore leaver' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Take the tenant leaver back?' }).waitFor()
    await page.keyboard.type('They have signed again')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove leaver' }).waitFor()
    expect(await row.textContent()).toContain('every table')
    expect(await audited('restore-tenant')).toEqual([{ actor: 'the admin', reason: 'They have signed again', table: 'removal' }])
    expect(shown.troubles).toEqual([])
  })

  it('a retention that keeps less is approved of by what was seen to go', async () => {
    const tables = demo.document.tables.map((table) =>
      table.model === 'AuditLog' && table.policy.kind === 'range'
        ? { ...table, policy: { ...table.policy, retention: { kind: 'age' as const, after: '1 month', grace: '30 days' } } }
        : table,
    )
    const shorter = dashboardOn(demo.test, demo.database, { ...demo.document, tables })
    const { page, go } = await visit(await listen(shorter.dashboard))
    await go('#/approvals')
    const waiting = page.getByRole('region', { name: 'Retention of AuditLog' })
    expect(await waiting.textContent()).toContain('1 month, then 30 days detached')
    await waiting.getByRole('button', { name: 'Approve the retention of AuditLog' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('Agreed with legal')
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByText('Nothing waits for approval').waitFor()
    expect(await audited('approve')).toEqual([{ actor: 'the admin', reason: 'Agreed with legal', table: 'audit_log' }])
  })

  it('a plan that is read again meanwhile, and says the same, is still the one that is applied', async () => {
    const { page, go } = await visit(url)
    await page.clock.install()
    await go('#/plan')
    await page.getByRole('button', { name: 'Apply…' }).click()
    const again = page.waitForResponse(/api\/v1\/plan$/)
    await page.clock.runFor(16_000)
    await (await again).finished()
    await page.clock.runFor(1_000)
    await page.getByRole('dialog').getByLabel('Type “destroy” to confirm').waitFor()
    expect(await page.getByText('The plan has changed').count()).toBe(0)
  })

  it('a plan that is no longer the one that was seen is not applied', async () => {
    const { page, go } = await visit(url)
    await go('#/plan')
    await page.getByRole('button', { name: 'Apply…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type “destroy” to confirm').fill('destroy')
    await demo.post('/holds', { model: 'Invoice', reason: 'Meanwhile' })
    const before = await demo.get('/runs').then((response) => response.text())
    await dialog.getByRole('button', { name: 'Apply and destroy' }).click()
    await dialog.getByText('The plan has changed since you looked at it').waitFor()
    expect(await demo.get('/runs').then((response) => response.text())).toBe(before)
    await dialog.getByRole('button', { name: 'Show the new plan' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  it('a plan that destroys data is applied once somebody has typed the word, by keys alone', async () => {
    const { page, go } = await visit(url)
    await go('#/plan')
    await page.getByRole('button', { name: 'Apply…' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    const apply = dialog.getByRole('button', { name: 'Apply and destroy' })
    expect(await apply.isDisabled()).toBe(true)
    await page.keyboard.type('destro')
    await page.keyboard.press('Enter')
    expect(await apply.isDisabled()).toBe(true)
    await page.keyboard.type('y')
    await page.keyboard.press('Enter')
    await page.getByText('Applied.').waitFor()
    await page.getByText('Nothing to do').waitFor()
    expect((await audited('apply')).map(({ actor }) => actor)).toEqual(['the admin'])
  })

  it('the long key of a tenant pushes no button out of sight', async () => {
    await demo.test.query(`UPDATE partman.hold SET tenant = 'cmwt3if4h00002v7dau828mai' WHERE tenant = 'acme'`)
    const { page, go } = await visit(url)
    await go('#/holds')
    const row = page.getByRole('row', { name: /cmwt3if4h00002v7dau828mai/ })
    const box = await row.getByRole('button', { name: /Release/ }).boundingBox()
    const table = await page.getByRole('group', { name: 'Holds' }).boundingBox()
    expect((box?.x ?? Number.NaN) + (box?.width ?? 0)).toBeLessThanOrEqual((table?.x ?? 0) + (table?.width ?? 0))
  })
})
