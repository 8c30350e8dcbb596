import { randomUUID } from 'node:crypto'
import type { AlertRuleName, FoundAlert } from './alert-rule.js'
import type { AlertNotification } from './channel.js'
import { deliveryPauseSeconds } from './delivery-pause.js'

interface Delivery {
  attempts: number
  triedAt: number
  isDone: boolean
}

interface KeptAlert {
  notification: AlertNotification
  seenAt: number
  /** By event and channel. */
  readonly deliveries: Map<string, Delivery>
}

/** Alerts that the database cannot keep, because it is what they are about. They are this process's alone, and go with it. */
export class MemoryAlerts {
  readonly #alerts = new Map<AlertRuleName, KeptAlert>()

  constructor(
    private readonly partitionSchema: string,
    private readonly resolveAfterMs: number,
  ) {}

  /** Those that are not resolved. */
  get active(): AlertNotification[] {
    return [...this.#alerts.values()].map(({ notification }) => notification).filter(({ resolvedAt }) => resolvedAt === null)
  }

  see({ rule, model, severity, message, nextStep }: FoundAlert, now: number): void {
    const same = { rule, model, severity, message, nextStep, partitionSchema: this.partitionSchema }
    const kept = this.#alerts.get(rule)
    if (kept && kept.notification.resolvedAt === null) {
      kept.notification = { ...kept.notification, ...same }
      kept.seenAt = now
      return
    }
    const notification = { ...same, event: 'raised' as const, id: randomUUID(), raisedAt: new Date(now).toISOString(), resolvedAt: null }
    this.#alerts.set(rule, { notification, seenAt: now, deliveries: new Map() })
  }

  /** Resolves what was not seen for long enough, and forgets what nobody has to be told of any more. */
  resolve(now: number, channels: readonly string[]): void {
    for (const [rule, kept] of this.#alerts) {
      const { notification, seenAt, deliveries } = kept
      if (notification.resolvedAt === null) {
        if (now - seenAt <= this.resolveAfterMs) continue
        kept.notification = { ...notification, event: 'resolved', resolvedAt: new Date(now).toISOString() }
      }
      if (channels.every((channel) => isOver(deliveries, channel))) this.#alerts.delete(rule)
    }
  }

  /** What a channel is to be told now. */
  due(channel: string, now: number): AlertNotification[] {
    return [...this.#alerts.values()].flatMap(({ notification, deliveries }) => {
      if (notification.event === 'resolved' && !deliveries.has(`raised ${channel}`)) return []
      const delivery = deliveries.get(`${notification.event} ${channel}`)
      if (!delivery) return [notification]
      const isDue = !delivery.isDone && now - delivery.triedAt >= deliveryPauseSeconds(delivery.attempts) * 1_000
      return isDue ? [notification] : []
    })
  }

  settle({ rule, event }: AlertNotification, channel: string, isDone: boolean, now: number): void {
    const deliveries = this.#alerts.get(rule as AlertRuleName)?.deliveries
    const { attempts = 0 } = deliveries?.get(`${event} ${channel}`) ?? {}
    deliveries?.set(`${event} ${channel}`, { attempts: attempts + 1, triedAt: now, isDone })
  }
}

function isOver(deliveries: KeptAlert['deliveries'], channel: string): boolean {
  return !deliveries.has(`raised ${channel}`) || deliveries.get(`resolved ${channel}`)?.isDone === true
}
