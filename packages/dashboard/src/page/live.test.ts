import { beforeAll, expect, it } from 'vitest'
import { inChromium, listen, visit } from '../fixtures/in-chromium.js'
import { dashboardOn, demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

/** What the browser believes of its tab. */
const show = (isHidden: boolean) =>
  `Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} }); document.dispatchEvent(new Event('visibilitychange'))`

inChromium('the page while time passes', () => {
  let demo: TestDashboard
  beforeAll(async () => {
    demo = await demoDashboard()
  })

  it('asks again while somebody looks, and not at all while nobody does', async () => {
    const asked: string[] = []
    const url = await listen({
      fetch: (request, connection) => {
        asked.push(new URL(request.url).pathname)
        return demo.dashboard.fetch(request, connection)
      },
    })
    const { page, go } = await visit(url)
    await page.clock.install()
    await go('#/runs')
    const count = () => asked.filter((path) => path === '/api/v1/runs').length
    expect(count()).toBe(1)
    await page.clock.runFor(11_000)
    await expect.poll(count).toBe(2)
    await page.getByText('#5').waitFor()
    await page.evaluate(show(true))
    await page.clock.runFor(600_000)
    expect(count()).toBe(2)
    await page.evaluate(show(false))
    await page.clock.runFor(1_000)
    await expect.poll(count).toBe(3)
  })

  it('asks for the plan by its fingerprint, and is told that it is the same', async () => {
    // Nothing of them is detached, so the instant is no part of their plan.
    const tables = demo.document.tables.filter(({ model }) => model === 'Session' || model === 'Metric')
    const { dashboard } = dashboardOn(demo.test, demo.database, { ...demo.document, tables })
    const statuses: number[] = []
    const url = await listen({
      fetch: async (request, connection) => {
        const response = await dashboard.fetch(request, connection)
        if (request.url.endsWith('/api/v1/plan')) statuses.push(response.status)
        return response
      },
    })
    const { page, go } = await visit(url)
    await go('#/plan')
    await page.getByRole('button', { name: /read anew/ }).click()
    await expect.poll(() => statuses).toEqual([200, 304])
    await page.getByText('destroys nothing').waitFor()
  })

  it('goes on showing what was seen when the server is gone, says so, and comes back', async () => {
    let isGone = false
    const url = await listen({
      fetch: (request, connection) =>
        isGone ? Promise.resolve(new Response('Bad Gateway', { status: 502 })) : demo.dashboard.fetch(request, connection),
    })
    const { page, go } = await visit(url)
    await go('#/holds')
    await page.getByText('Case 2026-17').waitFor()
    isGone = true
    const again = page.getByRole('button', { name: /read anew/ })
    await again.click()
    await page.getByText('The server answered 502').waitFor()
    expect(await page.getByText('Case 2026-17').isVisible()).toBe(true)
    isGone = false
    await again.click()
    await page.getByText('The server answered 502').waitFor({ state: 'detached' })
  })

  it('who is not known signs in with a token, which stays in the tab', async () => {
    const url = await listen(
      demo.mount({
        access: ({ headers }) => (headers.get('authorization') === 'Bearer s3cret' ? { user: 'ada', role: 'viewer' } : null),
      }),
    )
    const { page } = await visit(url, { role: null })
    await page.goto(url)
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
    await page.getByLabel('Access token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('The last token was not accepted.').waitFor()
    await page.getByLabel('Access token').fill('s3cret')
    await page.keyboard.press('Enter')
    await page.getByText('ada').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  it('who has no role is told so', async () => {
    const { page } = await visit(await listen(demo.dashboard), { role: 'none' })
    await page.goto(await listen(demo.dashboard))
    await page.getByRole('heading', { name: 'Not for you yet' }).waitFor()
  })

  it('works under a prefix, with or without its last slash', async () => {
    const dashboard = demo.mount({ basePath: '/admin/partman' })
    const url = await listen(dashboard, '/admin/partman')
    const { page, go, troubles } = await visit(url)
    await go('#/tenants')
    await page.getByText('initech').waitFor()
    expect(page.url()).toBe(`${url}/#/tenants`)
    await page.getByRole('link', { name: 'partman' }).click()
    await page.getByRole('heading', { name: 'Tables' }).waitFor()
    expect(troubles).toEqual([])
  })

  it('works behind a proxy that takes a prefix away', async () => {
    const url = await listen(
      {
        fetch: (request, connection) => {
          const inner = new URL(request.url)
          inner.pathname = inner.pathname.replace(/^\/ops/, '')
          return demo.dashboard.fetch(new Request(inner, request), connection)
        },
      },
      '/ops/',
    )
    const { page, go } = await visit(url)
    await go('#/tenants')
    await page.getByText('initech').waitFor()
  })

  it('text of the database is text', async () => {
    const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
    await demo.post('/holds', { model: 'Session', reason: hostile })
    const { page, go, troubles } = await visit(await listen(demo.dashboard))
    await go('#/holds')
    await page.getByText(hostile).waitFor()
    await go('#/audit')
    await page.getByText(hostile).waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).toBe('Audit log · partman')
    expect(troubles).toEqual([])
  })
})
