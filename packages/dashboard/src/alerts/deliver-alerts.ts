import type { Database, Logger } from '@partman/core'
import type { AlertChannel, AlertNotification } from './channel.js'
import { claimDelivery, settleDelivery } from './claim-delivery.js'
import type { MemoryAlerts } from './memory-alerts.js'
import { sendNotification } from './send-notification.js'

/** What became of telling one channel. */
export interface AlertDelivery {
  readonly channel: string
  readonly event: AlertNotification['event']
  readonly rule: string
  readonly model: string | null
  readonly outcome: 'delivered' | 'failed'
  /** Why it failed: nothing of the address, nor of what was answered there. */
  readonly error: string | null
}

interface Delivering {
  readonly channels: readonly AlertChannel[]
  readonly logger: Logger
}

/** Delivers what is due of the alerts in the database. All channels at a time; one that fails is left alone until the next check. */
export async function deliverAlerts({
  channels,
  logger,
  database,
  partitionSchema,
}: Delivering & { readonly database: Database; readonly partitionSchema: string }): Promise<AlertDelivery[]> {
  const deliver = async (channel: AlertChannel): Promise<AlertDelivery[]> => {
    const deliveries: AlertDelivery[] = []
    while (deliveries.at(-1)?.outcome !== 'failed') {
      const claimed = await claimDelivery(database, partitionSchema, channel.name)
      if (!claimed) break
      const error = await sendNotification(channel, claimed.notification, logger)
      await settleDelivery(database, channel.name, claimed, error)
      deliveries.push(describe(channel, claimed.notification, error, logger))
    }
    return deliveries
  }
  const ended = await Promise.allSettled(channels.map(deliver))
  // Whoever was told while the database went away is told again: nobody knows of it.
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
}

/** The same for those in memory. */
export async function deliverFromMemory({
  channels,
  logger,
  memory,
}: Delivering & { readonly memory: MemoryAlerts }): Promise<AlertDelivery[]> {
  const deliver = async (channel: AlertChannel): Promise<AlertDelivery[]> => {
    const deliveries: AlertDelivery[] = []
    for (const notification of memory.due(channel.name, Date.now())) {
      const error = await sendNotification(channel, notification, logger)
      memory.settle(notification, channel.name, error === null, Date.now())
      deliveries.push(describe(channel, notification, error, logger))
    }
    return deliveries
  }
  return (await Promise.all(channels.map(deliver))).flat()
}

function describe(
  { name: channel }: AlertChannel,
  { event, rule, model }: AlertNotification,
  error: string | null,
  logger: Logger,
): AlertDelivery {
  const outcome = error === null ? 'delivered' : 'failed'
  if (error !== null) logger.warn({ channel, event, rule, model, error }, 'alert not delivered')
  return { channel, event, rule, model, outcome, error }
}
