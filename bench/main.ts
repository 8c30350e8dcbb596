import { parseArgs } from 'node:util'
import { BENCHMARKS } from './benchmarks.js'
import type { BenchmarkResult } from './harness/benchmark.js'
import { formatResult } from './harness/format-result.js'
import { startServers } from './servers/servers.js'

const USAGE = `Usage: npm run bench -- [<name>...] [--json] [--tiny]

  <name>  run the benchmarks whose name begins so; all when there is none
  --json  print nothing but the results, as a JSON list
  --tiny  so small that it only shows that everything works; the figures mean nothing

${BENCHMARKS.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n')}
`

/** Runs the benchmarks that are asked for, one after another, and prints what they came to. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  })
  const unknown = positionals.find((asked) => !BENCHMARKS.some(({ name }) => name.startsWith(asked)))
  if (unknown !== undefined || values.help) {
    process.stderr.write(unknown === undefined ? USAGE : `There is no benchmark "${unknown}".\n\n${USAGE}`)
    return unknown === undefined ? 0 : 1
  }
  const asked = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.some((one) => name.startsWith(one)))
  const print = (text: string) => values.json || process.stdout.write(text)
  const results: BenchmarkResult[] = []
  const servers = startServers()
  try {
    for (const benchmark of asked) {
      print(`${benchmark.name}: ${benchmark.title}\n`)
      const result = await benchmark.run(servers, values.tiny ? 'tiny' : 'full')
      results.push(result)
      print(`${formatResult(result)}\n\n`)
    }
  } finally {
    await servers.stop()
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  return 0
}
