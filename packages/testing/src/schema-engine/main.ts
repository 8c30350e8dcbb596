import { parseArgs } from 'node:util'
import type { DatabaseVerb } from './database-command.js'
import type { Datasource } from './migration-adapter.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', short: 'd', multiple: true, default: [] },
    datasource: { type: 'string', default: '{}' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
})
const datasource = JSON.parse(values.datasource) as Datasource

// Imported when needed: the CLI starts this several times for one command, mostly for a short question.
if (values.version === true) {
  const { writeVersion } = await import('./serve.js')
  await writeVersion()
} else if (positionals[0] === 'cli') {
  const { writeDatabaseCommand } = await import('./database-command.js')
  process.exitCode = await writeDatabaseCommand(positionals[1] as DatabaseVerb, datasource.url ?? '')
} else {
  const { serve } = await import('./serve.js')
  await serve(datasource, values.datamodels)
}
