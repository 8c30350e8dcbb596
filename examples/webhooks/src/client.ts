import { type PartmanOptions, partman } from '@partman/prisma-extension'
import { PrismaPg } from '@prisma/adapter-pg'
import { config } from '../generated/partman/partman.js'
import { PrismaClient } from '../generated/prisma/client.js'

/** The Prisma client that makes a project's partitions with the project. */
export type Client = ReturnType<typeof createClient>

/** Connects lazily; to be ended with `$disconnect()`. */
export function createClient(url: string, options: PartmanOptions = {}) {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }).$extends(partman(config, options))
}
