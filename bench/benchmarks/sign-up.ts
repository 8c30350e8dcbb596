import { createApplication } from '../client/application.js'
import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMostTimesFloor } from '../harness/condition.js'
import { day } from '../tables/days.js'

const PARTITIONS = 'partman_partitions'

/** What a sign-up through Prisma costs: the row, and the partitions of four tables. */
export const signUp = defineBenchmark({
  name: 'sign-up',
  title: 'project.create, with 4 tables x 10 partitions',
  unit: 'ms',
  sizes: { full: { rounds: 15, warmUps: 3 }, tiny: { rounds: 2, warmUps: 0 } },
  async measure(servers, { rounds, warmUps }) {
    const application = await createApplication(await servers.usual(), 10)
    const [ours, plain] = [application.extendedClient(), application.plainClient()]
    let n = 0
    try {
      await Promise.all([ours.$connect(), plain.$connect()])
      const sides = await alternate(
        {
          ours: () => millisecondsOf(() => ours.project.create({ data: { id: `ours-${n++}` } })),
          peer: null,
          floor: () =>
            millisecondsOf(() => {
              const id = `bare-${n++}`
              const statements = application.tenantTables.flatMap((table) => bareStatements(table, id))
              return plain.$transaction([
                plain.$executeRawUnsafe(`DO $$BEGIN\n${statements.join(';\n')};\nEND$$`),
                plain.project.create({ data: { id } }),
              ])
            }),
        },
        { rounds, warmUps },
      )
      return {
        ...sides,
        bar: [atMostTimesFloor(sides.ours, sides.floor, 1.3)],
        notes: ['floor: the same through Prisma, with the DDL written by hand: one block and the row, in one $transaction([...])'],
      }
    } finally {
      await Promise.all([ours.$disconnect(), plain.$disconnect()])
      await application.drop()
    }
  },
})

function bareStatements(table: string, id: string): string[] {
  const name = `${PARTITIONS}."${table}_${id}"`
  return [
    `CREATE TABLE ${name} (LIKE "${table}" INCLUDING ALL) PARTITION BY RANGE ("createdAt")`,
    ...Array.from(
      { length: 10 },
      (_, n) =>
        `CREATE TABLE ${PARTITIONS}."${table}_${id}_${n}" PARTITION OF ${name} FOR VALUES FROM ('${day(n)}Z') TO ('${day(n + 1)}Z')`,
    ),
    `ALTER TABLE "${table}" ATTACH PARTITION ${name} FOR VALUES IN ('${id}')`,
  ]
}
