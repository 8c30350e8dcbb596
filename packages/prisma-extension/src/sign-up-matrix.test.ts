import { test } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { SEEN_OPERATIONS, signUpInEveryWay } from './fixtures/sign-up-matrix.js'

const application = useApplication()

test('whatever way a tenant signs up, its row and its partitions come together or not at all', { timeout: 600_000 }, async () => {
  const { prisma, database } = await application.start()
  await signUpInEveryWay(database, [prisma], SEEN_OPERATIONS)
})
