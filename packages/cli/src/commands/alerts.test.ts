import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// Each run of the command line in a process of its own is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeEach(async () => {
  project = await createDeployedProject()
  expect(await project.partman(['maintain'])).toMatchObject({ exitCode: 0 })
  return project.remove
})

const SECRET = 'T0-a-secret-path'

async function receiver(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const received: { body: Record<string, unknown>; text: string; signature: unknown }[] = []
  const server = createServer(async (request, response) => {
    const sent = await text(request)
    received.push({ body: JSON.parse(sent), text: sent, signature: request.headers['x-partman-signature'] })
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${SECRET}` }
}

const leaveUnseen = () => project.database.query(`UPDATE partman.lease SET last_run_at = now() - interval '30 hours'`)

test('where nothing is active it says so, and ends with 0', async () => {
  expect(await project.partman(['alerts'])).toEqual({ exitCode: 0, stdout: 'No alert is active.\n', stderr: '' })
  expect(await project.partman(['alerts', '--json'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"outcome": "done"') })
})

test('what is active is told once, by the webhook and by Slack, shown each time, and ends with 2', async () => {
  const [hook, slack] = [await receiver(), await receiver()]
  await leaveUnseen()
  const args = ['alerts', '--webhook', hook.url, '--slack', slack.url]
  const first = await project.partman(args)
  expect([first.exitCode, first.stderr, first.stdout.split('\n')]).toEqual([
    2,
    '',
    [
      expect.stringMatching(
        /^warning No run of the maintainer has ended since .*, 30 hours ago: nobody makes partitions ahead \(maintainer-unseen, since .*Z\)$/,
      ),
      '  See to it that `partman maintain` runs again and again, or that the application starts its maintainer.',
      '2 delivered.',
      '',
    ],
  ])
  const again = await project.partman([...args, '--json'])
  expect([again.exitCode, JSON.parse(again.stdout)]).toMatchObject([
    2,
    { version: 1, outcome: 'done', active: [{ rule: 'maintainer-unseen', model: null, severity: 'warning' }], deliveries: [] },
  ])
  expect([hook.received.map(({ body }) => body['rule']), slack.received.length]).toEqual([['maintainer-unseen'], 1])
})

test('what the database has to say cannot move the cursor of whoever reads it', async () => {
  const hook = await receiver((response) => response.writeHead(500).end())
  await project.database.query(
    `INSERT INTO partman.alert (partition_schema, rule, subject, severity, message, next_step, seen_at)
     VALUES ('partman_partitions', E'\\x1b[2Jrule', E'Event\\x1b[2J', 'error', E'\\x1b[2Jmessage', E'\\x1b[2Jnext', now())`,
  )
  const { exitCode, stdout } = await project.partman(['alerts', '--webhook', hook.url])
  expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/message.*rule.*could not be told that .*rule was raised/s)])
  expect(stdout).not.toContain('\x1b[2J')
})

test('a delivery that fails ends with 1, and tells nothing of the address', async () => {
  const hook = await receiver((response) => response.writeHead(500).end(SECRET))
  await leaveUnseen()
  const { exitCode, stdout, stderr } = await project.partman(['alerts', '--webhook', hook.url])
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringContaining('cli-webhook could not be told that maintainer-unseen was raised: answered 500\n'),
  ])
  expect(stdout + stderr).not.toMatch(/secret|127\.0\.0\.1/)
})

test('addresses and the secret come from the environment, too', async () => {
  const [hook, slack] = [await receiver(), await receiver()]
  const { exitCode, stdout } = await project.partmanProcess(['alerts', '--test'], {
    PARTMAN_ALERT_WEBHOOK: hook.url,
    PARTMAN_ALERT_SLACK_WEBHOOK: slack.url,
    PARTMAN_ALERT_SECRET: 'a key',
  })
  expect([exitCode, stdout]).toEqual([0, 'cli-webhook  delivered\ncli-slack  delivered\n'])
  const [{ text, signature }] = hook.received as [(typeof hook.received)[number]]
  expect([signature, slack.received.length]).toEqual([`sha256=${createHmac('sha256', 'a key').update(text).digest('hex')}`, 1])
})

test('a test says what became of it by channel, and ends with 1 where one failed or there is none', async () => {
  const hook = await receiver((response) => response.writeHead(404).end())
  const { exitCode, stdout } = await project.partman(['alerts', '--test', '--webhook', hook.url, '--json'])
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    1,
    { version: 1, channels: [{ channel: 'cli-webhook', outcome: 'failed', error: 'answered 404' }] },
  ])
  expect(await project.partman(['alerts', '--test'])).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('There is no channel') })
})

test('an address that is none is refused, without saying what it is', async () => {
  const { exitCode, stderr } = await project.partman(['alerts', '--webhook', `ftp://${SECRET}`])
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('The url of the channel "cli-webhook" is neither https nor http')])
  expect(stderr).not.toContain(SECRET)
})

test('a database that cannot be read is told of, and ends with 1', async () => {
  const hook = await receiver()
  const { exitCode, stdout, stderr } = await project.partman([
    '--url',
    'postgresql://me:a-password@127.0.0.1:1/none',
    'alerts',
    '--webhook',
    hook.url,
  ])
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('(database-unreachable, since ')])
  expect(stderr).toMatch(/^error: .*ECONNREFUSED/)
  expect(stdout + stderr).not.toMatch(/a-password|secret/)
  expect(hook.received.map(({ body }) => body['rule'])).toEqual(['database-unreachable'])
})

test.each(['SIGINT', 'SIGTERM'] as const)('alerts --every writes one line of JSON a check, and %s ends it cleanly', async (signal) => {
  const child = project.startPartman(['alerts', '--every', '1s', '--json'])
  const closed = once(child, 'close')
  const reports: unknown[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    reports.push(JSON.parse(line))
    if (reports.length === 2) child.kill(signal)
  }
  expect(reports.slice(0, 2)).toEqual(Array(2).fill({ version: 1, outcome: 'done', active: [], deliveries: [] }))
  expect(await closed).toEqual([0, null])
})
