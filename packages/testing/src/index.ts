export { type ClockStep, type SimulatedClock, simulatedClock } from './clock.js'
export { createTestDatabase, type TestDatabase } from './database/test-database.js'
export { type PostgresServer, startPostgres } from './postgres/start-postgres.js'
export { type PostgresMajor, resolveMajor } from './postgres/versions.js'
