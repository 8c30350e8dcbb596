import { beforeAll, expect, it } from 'vitest'
import { callback } from '../alerts/channel.js'
import { createAlerts } from '../alerts/create-alerts.js'
import { barriers } from '../fixtures/barriers.js'
import { inChromium, listen, visit } from '../fixtures/in-chromium.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

inChromium('the screen of the alerts', () => {
  let demo: TestDashboard
  let url = ''
  beforeAll(async () => {
    demo = await demoDashboard()
    const channels = [
      callback('pager', () => {}),
      callback('<b>chat</b>', () => {
        throw new Error('not today')
      }),
    ]
    const alerts = createAlerts({ document: demo.document, database: demo.database, channels })
    await alerts.check()
    await demo.test.query(
      `INSERT INTO partman.alert (partition_schema, rule, subject, severity, message, next_step, raised_at, resolved_at)
       VALUES ('partman_partitions', 'table-plain', 'Event', 'error', '<img src=x onerror=alert(1)>', 'Nothing.', now() - interval '2 days', now() - interval '1 day')`,
    )
    url = await listen(demo.mount({ alerts }))
  })

  it.each([
    ['light, on a desk', { colorScheme: 'light', width: 1280 }],
    ['dark, on a phone', { colorScheme: 'dark', width: 390 }],
  ] as const)('shows what is active and what is over, since when, and who was told, without barriers: %s', async (_, look) => {
    const shown = await visit(url, look)
    await shown.go('#/alerts')
    const row = (name: RegExp) => shown.page.getByRole('row', { name }).textContent()
    expect(await row(/run-failed/)).toMatch(
      /^✕error run-failedRun 5 of .*<b>chat<\/b> could not be told that it began, .*: the channel threw .* \(1 attempt\)pager was told that it began, /,
    )
    expect(await row(/runway-short/)).toMatch(/^!warningSession runway-short.*Next: Run .*pager was told that it began, /)
    expect(await row(/table-plain/)).toMatch(/^✓resolved.*Event table-plain<img src=x onerror=alert\(1\)>.*nobody$/)
    expect(await barriers(shown)).toEqual([])
    expect(shown.troubles).toEqual([])
    await shown.page.getByLabel('Only those that are active').check()
    await shown.page.getByRole('row', { name: /table-plain/ }).waitFor({ state: 'detached' })
    await shown.page.getByRole('row', { name: /runway-short/ }).waitFor()
  })

  it('an admin tries the channels out by keys alone, and is told what became of it', async () => {
    const shown = await visit(url)
    await shown.go('#/')
    await shown.page.keyboard.press('g')
    await shown.page.keyboard.press('e')
    await shown.page.getByRole('heading', { level: 1, name: 'Alerts' }).and(shown.page.locator(':focus')).waitFor()
    const button = shown.page.getByRole('button', { name: 'Send a test message' })
    await button.waitFor()
    for (let steps = 0; steps < 5 && !(await button.evaluate((one) => one.matches(':focus'))); steps++)
      await shown.page.keyboard.press('Tab')
    await shown.page.keyboard.press('Enter')
    const status = shown.page.getByRole('region', { name: 'Channels' }).getByRole('status')
    await status.getByText('delivered').waitFor()
    expect(await status.textContent()).toBe(
      '✓delivered pager ✕failed <b>chat</b> the channel threw an error, which is in the log of the process',
    )
    expect(await barriers(shown)).toEqual([])
    const { rows } = await demo.test.query(`SELECT actor FROM partman.audit WHERE act = 'test-alert'`)
    expect(rows).toEqual([{ actor: 'the admin' }])
  })

  it.each(['viewer', 'operator'] as const)('a %s sends no test message, and is told why', async (role) => {
    const { page, go } = await visit(url, { role })
    await go('#/alerts')
    await page.getByText(`Sending a test message needs the role admin; yours is ${role}.`).waitFor()
    expect(await page.getByRole('button', { name: 'Send a test message' }).count()).toBe(0)
  })

  it('where there is no channel, it says how to configure one; where there was no alert, it says so', async () => {
    await demo.test.query('DELETE FROM partman.alert')
    const bare = await visit(
      await listen(demo.mount({ alerts: createAlerts({ document: demo.document, database: demo.database, channels: [] }) })),
    )
    await bare.go('#/alerts')
    await bare.page.getByText('No channel is configured here').waitFor()
    await bare.page.getByText('partman alerts --every 1m').waitFor()
    await bare.page.getByText('There was never an alert').waitFor()
    expect(await barriers(bare)).toEqual([])
  })
})
