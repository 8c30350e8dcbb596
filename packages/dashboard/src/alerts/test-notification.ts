import type { AlertNotification } from './channel.js'

/** What a channel is sent that somebody tries out. */
export function testNotification(partitionSchema: string): AlertNotification {
  return {
    event: 'test',
    id: 'test',
    partitionSchema,
    rule: 'test',
    model: null,
    severity: 'info',
    message: 'A test: alerts of the partitions arrive here',
    nextStep: 'Nothing is to be done.',
    raisedAt: new Date().toISOString(),
    resolvedAt: null,
  }
}
