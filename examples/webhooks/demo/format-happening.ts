import type { MaintenanceReport } from '@partman/core'
import { formatCount, formatDay } from './format-text.js'
import { type Happening, OUTAGE_DAYS } from './simulate.js'

/** Tells what happens in a simulation, one line for each thing that a person would want to know of. */
export class Narrator {
  private readonly told = new Set<string>()
  private outageBegan = false

  /** The line for a happening; undefined where it is one of many alike. */
  tell(at: number, happening: Happening): string | undefined {
    const text = this.describe(happening)
    return text === undefined ? undefined : `${formatDay(at)}  ${text}`
  }

  private describe(happening: Happening): string | undefined {
    switch (happening.kind) {
      case 'signed-up':
        return `${happening.slug} signs up: partitions for today and ten days ahead`
      case 'not-maintained': {
        if (this.outageBegan) return undefined
        this.outageBegan = true
        return `no maintenance for ${OUTAGE_DAYS.length} days: rows arrive in the partitions made ahead`
      }
      case 'maintained':
        return this.describeRun(happening.report)
      case 'day-ended':
        return undefined
    }
  }

  private describeRun(report: MaintenanceReport): string | undefined {
    if (report.outcome !== 'done') return undefined
    const count = (kind: string) => report.steps.filter((step) => step.kind === kind).length
    const [created, detached, dropped] = [count('create-partition'), count('detach-partition'), count('drop-partition')]
    const summary = [
      ...(created > 0 ? [`makes ${created}`] : []),
      ...(detached > 0 ? [`detaches ${detached}`] : []),
      ...(dropped > 0 ? [`drops ${dropped}`] : []),
    ].join(', ')
    if (this.outageBegan && this.isFirst('back')) return `maintenance is back, and catches up: it ${summary}`
    if (dropped > 0 && this.isFirst('dropped')) return `the first grace period is over: maintenance ${summary}`
    if (detached > 0 && this.isFirst('detached')) return `the first partitions are 30 days old: maintenance ${summary}`
    if (created > 0 && this.isFirst('created'))
      return `first maintenance: ${formatCount(created, 'month')} of AuditLog before those of the migration`
    return undefined
  }

  private isFirst(what: string): boolean {
    if (this.told.has(what)) return false
    this.told.add(what)
    return true
  }
}
