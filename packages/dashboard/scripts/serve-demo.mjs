// `node packages/dashboard/scripts/serve-demo.mjs [port]`: the dashboard on a database of its own, filled for demonstration, until Ctrl+C.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const { module } = await runnerImport('./src/fixtures/serve-demo.ts', { root, configFile: false })
const demo = await module.serveDemo({ port: Number(process.argv[2] ?? 0) })
process.stdout.write(`${demo.url}/\n${demo.databaseUrl}\n`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => demo.stop())
