import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { addCiStep } from './add-ci-step.js'
import { readManifest } from './project-manifest.js'

const JOB = `name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
`

/** What becomes of one workflow; undefined where it stays as it is. */
async function addTo(workflow: string, manifest: object = {}): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'partman-init-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, '.github/workflows'), { recursive: true })
  await writeFile(join(folder, '.github/workflows/ci.yaml'), workflow)
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const { edit, left } = await addCiStep(folder, await readManifest(folder))
  if (edit === undefined && !/partman/.test(workflow)) expect(left?.todo).toContain('npx partman check')
  return edit?.text
}

test('the step stands behind the one that migrates, under its condition, in its folder, with its database, spaced as the others', async () => {
  const workflow = `${JOB}    steps:
    - uses: actions/checkout@v4

    - name: Migrate # first
      if: github.ref == 'refs/heads/main'
      working-directory: apps/api
      env:
        DATABASE_URL: \${{ secrets.URL }}
        # for the shadow
        OTHER: "1"
      run: |
        npx prisma generate
        npx prisma migrate deploy

    # and then
    - run: npm test
    timeout-minutes: 10
  lint:
    steps: []
`
  expect(await addTo(workflow.replace('  lint:\n    steps: []\n', ''))).toBe(
    workflow.replace('  lint:\n    steps: []\n', '').replace(
      'migrate deploy\n',
      `migrate deploy

    - name: Check the partitions
      run: npx partman check
      if: github.ref == 'refs/heads/main'
      working-directory: apps/api
      env:
        DATABASE_URL: \${{ secrets.URL }}
        # for the shadow
        OTHER: "1"
`,
    ),
  )
})

test('a job that starts PostgreSQL and runs the tests migrates and generates first', async () => {
  const workflow = `${JOB}    env: { DATABASE_URL: "postgresql://localhost/test" }
    services:
      db: { image: "postgres:18" }
    steps:
      - run: npm ci
      - run: npm test`
  expect(await addTo(workflow)).toBe(`${workflow}
      - name: Check the partitions
        run: |
          npx prisma generate
          npx prisma migrate deploy
          npx partman check`)
  expect(await addTo(workflow, { scripts: { postinstall: 'prisma generate' } })).toBe(`${workflow}
      - name: Check the partitions
        run: |
          npx prisma migrate deploy
          npx partman check`)
})

test('line ends of Windows stay', async () => {
  const workflow = `${JOB}    steps:\n      - run: npx prisma generate && npx prisma migrate deploy\n`.replaceAll('\n', '\r\n')
  expect(await addTo(workflow)).toBe(`${workflow}      - name: Check the partitions\r\n        run: npx partman check\r\n`)
})

test.each([
  ['has no database', `${JOB}    steps:\n      - run: npm test\n`],
  ['has a made-up database', `${JOB}    env:\n      DATABASE_URL: postgresql://x\n    steps:\n      - run: npm test\n`],
  [
    'pushes its schema',
    `${JOB}    services:\n      db:\n        image: postgres\n    env:\n      DATABASE_URL: x\n    steps:\n      - run: npx prisma db push\n      - run: npm test\n`,
  ],
  ['is checked already', `${JOB}    steps:\n      - run: npx prisma migrate deploy\n      - run: npm run partman:check\n`],
  ['writes its steps in a line', `${JOB}    steps: [{ run: npx prisma migrate deploy }]\n`],
  ['only talks of migrating', `${JOB}    steps:\n      # npx prisma migrate deploy\n      - run: npm run lint\n`],
  ['repeats steps by anchors', `${JOB}    steps:\n      - &migrate\n        run: npx prisma migrate deploy\n`],
  ['has no jobs', 'name: CI\non: push\n'],
])('a workflow that %s stays as it is', async (_, workflow) => {
  expect(await addTo(workflow)).toBeUndefined()
})
