import { defineConfig } from 'vitest/config'

const packages = ['core', 'generator', 'prisma-extension', 'cli', 'testing']

export default defineConfig({
  test: {
    projects: packages.map((name) => ({
      extends: true as const,
      test: { name, root: `packages/${name}`, include: ['src/**/*.test.ts'] },
    })),
    globalSetup: ['./vitest.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
