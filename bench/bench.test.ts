import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
// Built, because some benchmarks start processes of their own.
import { BENCHMARKS } from './dist/benchmarks.js'
import type { BenchmarkResult } from './dist/harness/benchmark.js'
import { formatResult } from './dist/harness/format-result.js'
import type { Servers } from './dist/servers/servers.js'

const servers: Servers = {
  usual: async () => inject('partmanServerUrl'),
  withPgPartman: async () => undefined,
  stop: async () => undefined,
}

const numberOrNull = expect.toSatisfy(
  (value) => value === null || (typeof value === 'number' && Number.isFinite(value)),
  'a number or null',
)

/** What `--json` promises; nothing of how long anything takes. */
const RESULT = {
  name: expect.stringMatching(/^[a-z-]+$/),
  unit: expect.any(String),
  ours: numberOrNull,
  peer: numberOrNull,
  floor: numberOrNull,
  ratioToPeer: numberOrNull,
  ratioToFloor: numberOrNull,
  bar: expect.stringMatching(/./),
  holds: expect.any(Boolean),
  missed: expect.any(Array),
  samples: { ours: expect.any(Array), peer: expect.toSatisfy(isListOrNull), floor: expect.toSatisfy(isListOrNull) },
  notes: expect.any(Array),
  seconds: expect.any(Number),
}

function isListOrNull(value: unknown): boolean {
  return value === null || Array.isArray(value)
}

describe('the benchmarks, so small that they tell nothing', () => {
  it.each(BENCHMARKS.map((benchmark) => [benchmark.name, benchmark] as const))(
    '%s works, and gives what --json promises',
    async (name, benchmark) => {
      const result = await benchmark.run(servers, 'tiny')
      expect(result).toEqual({ ...RESULT, name })
      expect(formatResult(result)).toContain('ours')
    },
  )

  it('prints nothing but the list with --json', () => {
    const script = fileURLToPath(new URL('../scripts/bench.mjs', import.meta.url))
    const { stdout } = spawnSync(process.execPath, [script, 'plan-scale', '--json', '--tiny'], { encoding: 'utf8' })
    expect((JSON.parse(stdout) as BenchmarkResult[]).map(({ name }) => name)).toEqual(['plan-scale'])
  })
})

it('knows each benchmark by a name of its own', () => {
  expect(new Set(BENCHMARKS.map(({ name }) => name)).size).toBe(BENCHMARKS.length)
})
