import { z } from '@hono/zod-openapi'
import { listPartitions } from '../queries/list-partitions.js'
import { observeDetail } from '../queries/observe-detail.js'
import { findTable } from './context.js'
import { paging, read } from './endpoint.js'
import { Partition, PartitionState, pageOf, TableDetail } from './schemas.js'

const params = z.object({ model: z.string().meta({ description: "Prisma's name of the table" }) })

export const tableEndpoints = [
  read({
    path: '/tables/{model}',
    summary: 'One table: its windows as a ribbon, its growth, its DEFAULT partitions',
    role: 'viewer',
    params,
    answer: TableDetail,
    respond: async (dashboard, { access, params }) => observeDetail(dashboard, findTable(dashboard, access, params.model)),
  }),
  read({
    path: '/tables/{model}/partitions',
    summary: 'The partitions of a table that hold rows, and retired ones in their grace period',
    role: 'viewer',
    params,
    query: z.object({
      ...paging,
      sort: z.enum(['bound', 'bytes', 'rows', 'scans']).default('bound'),
      order: z.enum(['asc', 'desc']).default('asc'),
      state: PartitionState.optional(),
      tenant: z.string().max(1_000).optional().meta({ description: 'Only those of this tenant' }),
      search: z.string().max(200).optional().meta({ description: 'Only those whose name, tenant or bound has this text in it' }),
    }),
    answer: pageOf(Partition),
    respond: async (dashboard, { access, params, query }) =>
      listPartitions(dashboard, access, findTable(dashboard, access, params.model), query),
  }),
]
