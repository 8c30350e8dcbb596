import { defineConfig } from 'vitest/config'

const packages = ['core', 'generator', 'prisma-extension', 'dashboard', 'cli', 'testing']

/** Projects that are deployed once for all, and the page that the dashboard serves. */
const SETUPS: Readonly<Record<string, readonly string[]>> = { cli: ['./templates.setup.ts'], dashboard: ['./page.setup.ts'] }

export default defineConfig({
  test: {
    // Of the workspace, not of each project: one PostgreSQL server serves them all.
    globalSetup: ['./vitest.setup.ts'],
    // Most tests wait for a program or for PostgreSQL, so one core need not be left free for vitest itself.
    maxWorkers: '100%',
    projects: [
      ...packages.map((name) => ({
        test: {
          name,
          root: `packages/${name}`,
          include: ['src/**/*.test.ts'],
          globalSetup: [...(SETUPS[name] ?? [])],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      })),
      { test: { name: 'docs', root: 'docs', include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } },
      { test: { name: 'bench', root: 'bench', include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } },
      {
        test: {
          name: 'example-webhooks',
          root: 'examples/webhooks',
          include: ['{src,demo}/**/*.test.ts'],
          globalSetup: ['./generate.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
