import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  // `prisma generate` needs no database: an empty url is enough for it.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})
