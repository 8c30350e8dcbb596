import type { Prisma } from '../generated/prisma/client.js'
import type { Client } from '../src/client.js'

/** Rows of one table, as the application passes them to its client. */
export type Batch =
  | { readonly table: 'Event'; readonly data: Prisma.EventCreateManyInput[] }
  | { readonly table: 'DeliveryAttempt'; readonly data: Prisma.DeliveryAttemptCreateManyInput[] }
  | { readonly table: 'AuditLog'; readonly data: Prisma.AuditLogCreateManyInput[] }

/** Writes rows through the application's client. */
export async function writeBatch(client: Client, batch: Batch): Promise<void> {
  switch (batch.table) {
    case 'Event':
      await client.event.createMany({ data: batch.data })
      break
    case 'DeliveryAttempt':
      await client.deliveryAttempt.createMany({ data: batch.data })
      break
    case 'AuditLog':
      await client.auditLog.createMany({ data: batch.data })
      break
  }
}
