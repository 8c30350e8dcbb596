import type { DoctorCheck } from './doctor-facts.js'

/** Schema `partman` has the bookkeeping. */
const BOOKKEEPING_SCHEMA = 'partman'

export const datasourceCheck: DoctorCheck<'prisma' | 'schema' | 'partitionSchema'> = {
  name: 'schemas of the datasource',
  needs: ['prisma', 'schema', 'partitionSchema'],
  find({ prisma, schema, partitionSchema }) {
    const ours = [...new Set([BOOKKEEPING_SCHEMA, partitionSchema])]
    return ours.flatMap((name) => {
      const isListed = prisma.datasourceSchemas.includes(name)
      if (!isListed && schema !== name) return []
      return [
        {
          code: 'DATASOURCE_MANAGES_PARTITIONS' as const,
          severity: 'error' as const,
          message: `${isListed ? 'schemas of the datasource names' : 'The schema= of the connection url is'} ${name}, where partman keeps its ${name === BOOKKEEPING_SCHEMA ? 'bookkeeping' : 'partitions'}`,
          reason:
            'Prisma Migrate takes for drift what it does not know there: it offers to reset the database, or writes DROP TABLE for it.',
          nextStep: isListed ? `Take "${name}" out of schemas = [...].` : 'Let schema= name the schema of your models, or leave it out.',
        },
      ]
    })
  },
}
