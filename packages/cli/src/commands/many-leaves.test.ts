import { expect, test } from 'vitest'
import { HOSTILE_TABLE } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

test('more partitions than PostgreSQL plans well are told of, with what planning takes in this database', {
  timeout: 120_000,
}, async () => {
  const project = await createDeployedProject()
  try {
    await project.partman(['tenants', 'add', 'acme'])
    await project.database.query(`INSERT INTO partman.tenant (tenants, key) SELECT 'Project', n::text FROM generate_series(2, 100) AS n`)
    const { stdout, exitCode } = await project.partman(['status', '--json'])
    expect([exitCode, JSON.parse(stdout).findings]).toEqual([
      0,
      [
        {
          code: 'TOO_MANY_LEAVES',
          severity: 'warning',
          table: { schema: 'public', name: HOSTILE_TABLE },
          model: 'Event',
          declaredAt: expect.any(String),
          message: expect.stringMatching(
            / has 4 partitions that hold rows, and comes to 3,400 as it is declared \(100 tenants x 34 windows\): .*; one that binds all keys took \d+\.\d ms now$/,
          ),
          nextStep: expect.stringMatching(/^Declare layout: hash, partitions: 64 \(2,176\), or /),
        },
      ],
    ])
    const check = await project.partman(['check'])
    expect(check.stdout).toContain('(TOO_MANY_LEAVES)')
  } finally {
    await project.remove()
  }
})
