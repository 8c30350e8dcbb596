import { type CheckFinding, runChecks } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { docsLink } from '../doctor/docs-link.js'
import { DOCTOR_CHECKS, PROJECT_CHECKS } from '../doctor/doctor-checks.js'
import { doctorObservers } from '../doctor/doctor-observers.js'
import { formatFindings, type LinkedFinding } from '../doctor/format-doctor.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { isActionable } from '../format-finding.js'
import { parseTime } from '../parse-time.js'
import { redactPasswords } from '../redact-passwords.js'
import type { Session } from '../session.js'
import { type OpenDatabase, withDatabase } from '../with-database.js'

interface DoctorOptions {
  readonly transactionAge?: string
}

/** `partman doctor`. */
export function doctorCommand(bind: Bind): Command {
  return new Command('doctor')
    .description('show everything that is or may go wrong, why it matters and what mends it; changes nothing, waits for nobody')
    .option('--transaction-age <time>', 'tell of transactions that are open for so long (30s, 5m, 1h); otherwise 5m')
    .action(bind(runDoctor))
}

async function runDoctor(session: Session, { transactionAge }: DoctorOptions): Promise<ExitCode> {
  const options = transactionAge === undefined ? {} : { transactionAgeMs: parseTime(transactionAge, 'how old a transaction is') }
  const { output } = session
  const checks = session.hasProject ? [...DOCTOR_CHECKS, ...PROJECT_CHECKS] : DOCTOR_CHECKS
  const run = (open: () => OpenDatabase) => runChecks(doctorObservers(session, open, options), checks)
  const unreachable = await session.connection().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const found = unreachable
    ? await run(() => {
        throw unreachable.error
      })
    : await withDatabase(session, (open) => run(() => open))
  const findings = onlyOnce(found).map((finding) => linkFinding(finding, session))
  for (const line of formatFindings(findings, checks.length, output)) output.print(line)
  output.printJson({ checks: checks.map(({ name }) => name), findings })
  return findings.some(isActionable) ? EXIT_CODE.different : EXIT_CODE.done
}

/** Several checks may come to the same. */
function onlyOnce(findings: readonly CheckFinding[]): CheckFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.declaredAt} ${finding.message}`, finding])).values()]
}

/** Errors of drivers may have a connection url in them. */
function linkFinding({ page, ...finding }: CheckFinding, { urls }: Session): LinkedFinding {
  return { ...finding, message: redactPasswords(finding.message, urls), link: docsLink(page) }
}
