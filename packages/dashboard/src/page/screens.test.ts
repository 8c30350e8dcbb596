import { beforeAll, describe, expect, it } from 'vitest'
import type { PartmanDashboard } from '../create-dashboard.js'
import { inChromium, listen, violations, visit } from '../fixtures/in-chromium.js'
import { demoDashboard } from '../fixtures/test-dashboard.js'

/** Each screen, and something that only the database knows. */
const SCREENS = [
  ['#/', 'Overview', 'runs out'],
  ['#/tables/Event', 'Event', '14 days, then 2 days detached'],
  ['#/tables/Metric', 'Metric', 'metric_default'],
  ['#/tables/Invoice', 'Invoice', '3 past partitions, then 7 days detached'],
  ['#/plan', 'Plan', 'destroys data'],
  ['#/runs', 'Runs', 'Failed'],
  ['#/runs/5', 'Run #5', 'the bucket "webhook-archive" does not answer'],
  ['#/findings', 'Findings', 'would go, but for hold 1'],
  ['#/tenants', 'Tenants', 'globex'],
  ['#/holds', 'Holds', 'Case 2026-17: keep all of it'],
  ['#/approvals', 'Approvals', 'Nothing waits for approval'],
  ['#/audit', 'Audit log', 'legal'],
  ['#/alerts', 'Alerts', 'on call'],
] as const

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

inChromium('the screens of the page', () => {
  let dashboard: PartmanDashboard
  let url = ''
  beforeAll(async () => {
    dashboard = (await demoDashboard()).dashboard
    url = await listen(dashboard)
  })

  describe.each([
    ['light, on a desk', { colorScheme: 'light', width: 1280 }],
    ['dark, on a phone', { colorScheme: 'dark', width: 390 }],
  ] as const)('%s', (_, look) => {
    it.each(SCREENS)('%s shows what is there, without barriers', async (place, title, text) => {
      const shown = await visit(url, look)
      await shown.go(place)
      await shown.page.getByText(text).filter({ visible: true }).first().waitFor()
      expect(await shown.page.locator('h1').textContent()).toBe(title)
      expect(await violations(shown)).toEqual([])
      expect(await shown.page.evaluate(OVERFLOW)).toBe(0)
      expect(shown.troubles).toEqual([])
    })
  })

  it('the same screen in the other theme has no barriers either, whatever the system says', async () => {
    const shown = await visit(url)
    await shown.go('#/')
    const toggle = shown.page.getByRole('button', { name: /^Theme/ })
    await toggle.click()
    await toggle.click()
    expect(await shown.page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark')
    expect(await violations(shown)).toEqual([])
    await shown.page.reload()
    await shown.page.getByRole('heading', { name: 'Tables' }).waitFor()
    expect(await shown.page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark')
  })

  it('the overview says in one line that somebody is needed, and why', async () => {
    const { page, go } = await visit(url)
    await go('#/')
    const health = page.locator('.health')
    expect(await health.textContent()).toMatch(/Needs somebody now\s*Session runs out \d+ \w+/)
    await page.getByText('the last run failed at 18 steps').waitFor()
    expect(await page.locator('.table-row-name a').first().textContent()).toBe('Session')
  })

  it('the windows of a table are gone through by keys', async () => {
    const { page, go } = await visit(url)
    await go('#/tables/Session')
    const windows = page.getByRole('slider', { name: 'Window' })
    await windows.focus()
    expect(await windows.getAttribute('aria-valuetext')).toContain('Current')
    await page.keyboard.press('ArrowRight')
    expect(await windows.getAttribute('aria-valuetext')).toContain('Ahead')
    await page.keyboard.press('End')
    expect(await windows.getAttribute('aria-valuetext')).toContain('Missing')
  })

  it('the partitions are sorted, filtered, searched and paged by the server, and the address keeps it', async () => {
    const { page, go } = await visit(url)
    await go('#/tables/Event')
    const rows = page.locator('section[aria-labelledby="partitions-title"] tbody tr')
    await page.getByText(/^50 of \d+$/).waitFor()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByRole('button', { name: 'First page' }).and(page.locator(':enabled')).waitFor()
    await page.getByRole('combobox', { name: 'State' }).selectOption('current')
    await page.getByText('3 of 3').waitFor()
    await page.getByRole('button', { name: 'Size' }).click()
    await page.locator('th[aria-sort="descending"]').waitFor()
    await page.getByRole('searchbox').fill('globex')
    await page.getByText('1 of 1').waitFor()
    expect(await rows.count()).toBe(1)
    await page.reload()
    await page.getByText('1 of 1').waitFor()
    expect(await rows.first().textContent()).toContain('globex')
    await page.getByRole('searchbox').fill('nobody')
    await page.getByText('None of the partitions is like that').waitFor()
  })

  it('every screen is reached by keys alone, and the focus is where it begins', async () => {
    const { page, go } = await visit(url)
    await go('#/')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    for (const [key, title] of [
      ['p', 'Plan'],
      ['l', 'Audit log'],
      ['o', 'Overview'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.getByRole('heading', { level: 1, name: title }).and(page.locator(':focus')).waitFor()
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('the growth of a table is drawn once there are samples of it, and told in words', async () => {
    const samples = Array.from({ length: 30 }, (_, day) => ({
      at: new Date(Date.UTC(2026, 9, 1 + day)).toISOString(),
      bytes: (1 + day) * 1024 ** 2,
      rows: null,
    }))
    const sampled = await listen({
      fetch: async (request) => {
        const response = await dashboard.fetch(request)
        if (!request.url.endsWith('/tables/Session')) return response
        const detail = (await response.json()) as { growth: object }
        return Response.json({ ...detail, growth: { samples, bytesPerDay: 1024 ** 2, bytesAtRetention: null } })
      },
    })
    const shown = await visit(sampled)
    await shown.go('#/tables/Session')
    await shown.page.getByRole('img', { name: /^Size over time. From 1.0 MB at 2026-10-01 .* to 30.0 MB/ }).waitFor()
    await shown.page.locator('.chart canvas').waitFor()
    expect(await violations(shown)).toEqual([])
    expect(shown.troubles).toEqual([])
  })

  it('a table that is not there says so', async () => {
    const { page, go } = await visit(url)
    await go('#/tables/Nothing')
    await page.getByRole('alert').getByText('There is no table of a model "Nothing"').waitFor()
    await go('#/nowhere')
    await page.getByText('There is no such screen').waitFor()
  })
})
