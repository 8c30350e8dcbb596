import type { Logger } from '@partman/core'
import { type AlertChannel, type AlertNotification, DeliveryError } from './channel.js'

const TIMEOUT_MS = 10_000

/** Why a notification was not delivered, in words that anybody may read; null: it was. */
export async function sendNotification(channel: AlertChannel, notification: AlertNotification, logger: Logger): Promise<string | null> {
  const { name, timeoutMs = TIMEOUT_MS } = channel
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  try {
    // A function of the application may not listen to the signal.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        abort.abort()
        reject(new DeliveryError(`no answer within ${timeoutMs} ms`))
      }, timeoutMs)
    })
    await Promise.race([channel.send(notification, abort.signal), late])
    return null
  } catch (error) {
    if (error instanceof DeliveryError) return error.message
    logger.error({ err: error, channel: name }, 'alert channel threw')
    return 'the channel threw an error, which is in the log of the process'
  } finally {
    clearTimeout(timer)
  }
}
