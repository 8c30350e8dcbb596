import type { Commands } from './commands.js'
import { DemoFailure } from './demo-failure.js'

/**
 * Asks Prisma Migrate whether it is content with the database: nothing pending, and no difference from the schema.
 *
 * @throws DemoFailure with what Prisma says otherwise
 */
export async function provePrismaContent({ prisma }: Commands): Promise<void> {
  const expectations = [
    { args: ['migrate', 'status'], says: 'Database schema is up to date' },
    { args: ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma', '--exit-code'], says: 'No difference detected' },
    { args: ['migrate', 'diff', '--from-schema', 'prisma', '--to-config-datasource', '--exit-code'], says: 'No difference detected' },
  ]
  for (const { args, says } of expectations) {
    const { exitCode, stdout, stderr } = await prisma(...args)
    if (exitCode === 0 && stdout.includes(says)) continue
    throw new DemoFailure(
      `prisma ${args.join(' ')} ended with exit code ${exitCode} and does not say "${says}":\n${`${stdout}\n${stderr}`.trim()}`,
    )
  }
}
