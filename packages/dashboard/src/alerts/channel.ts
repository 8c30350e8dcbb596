import type { Severity } from './alert-rule.js'

/** What a channel is told. */
export interface AlertNotification {
  /** `test`: somebody wanted to know whether the channel works. */
  readonly event: 'raised' | 'resolved' | 'test'
  /** Of the alert: the same when it is raised, raised again as its severity rises, and resolved. */
  readonly id: string
  /** Which declaration it is of: the schema of its partitions. */
  readonly partitionSchema: string
  /** Explained in docs/alerts.md. */
  readonly rule: string
  /** null: of no table, or of several. */
  readonly model: string | null
  readonly severity: Severity
  readonly message: string
  readonly nextStep: string
  /** ISO 8601. */
  readonly raisedAt: string
  /** ISO 8601. */
  readonly resolvedAt: string | null
}

/** Where alerts go. */
export interface AlertChannel {
  /** What the bookkeeping, the API and logs call it: 1 to 100 characters, none like another's. */
  readonly name: string
  /** How long it may take, in milliseconds; then it counts as failed, and is tried again. At most 30,000. Default 10,000. */
  readonly timeoutMs?: number
  /** Tells somebody. Where it throws, it is tried again later: whoever is told may be told twice. */
  send(notification: AlertNotification, signal: AbortSignal): Promise<unknown>
}

/** A delivery that failed, in words that anybody may read: nothing of the address, nor of what is there. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}

/** A channel that is a function of the application. What it throws goes to the logger alone. */
export function callback(
  name: string,
  send: (notification: AlertNotification, signal: AbortSignal) => unknown,
  { timeoutMs }: { timeoutMs?: number } = {},
): AlertChannel {
  return { name, ...(timeoutMs === undefined ? {} : { timeoutMs }), send: async (notification, signal) => send(notification, signal) }
}
