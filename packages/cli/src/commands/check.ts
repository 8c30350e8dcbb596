import { planMaintenance, readMigrations } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { checkCoverage } from '../check-coverage.js'
import { checkMigrations } from '../check-migrations.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatFinding, isActionable } from '../format-finding.js'
import { measurePlanning } from '../measure-planning.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

/** `partman check`. */
export function checkCommand(bind: Bind): Command {
  return new Command('check').description('find what needs a person: for CI, before and after a deploy').action(bind(runCheck))
}

async function runCheck(session: Session): Promise<ExitCode> {
  const document = await session.document()
  const { output } = session
  const findings = await withDatabase(session, async ({ database, pool, url, schema }) => {
    const planned = await planMaintenance(database, document)
    const migrations = session.hasProject ? await readMigrations((await session.project()).migrationsFolder) : []
    const { bookkeepingVersion } = planned.observation
    const findings = await measurePlanning(url, planned)
    const found = await checkMigrations({ database, pool }, { document, schema, migrations, findings, bookkeepingVersion })
    return [...found, ...checkCoverage(planned.plan)]
  })
  for (const finding of findings) output.print(formatFinding(finding, output))
  if (findings.length === 0) output.print('Nothing found.')
  output.printJson({ findings })
  if (findings.some(({ severity }) => severity === 'error')) return EXIT_CODE.refused
  return findings.some(isActionable) ? EXIT_CODE.different : EXIT_CODE.done
}
