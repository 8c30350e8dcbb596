import { chmod, cp, mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY_DISK = '/dev/shm'
/** Far more than a test run writes, so that a small machine or container keeps to its disk. */
const ENOUGH_BYTES = 8 * 2 ** 30

/** An empty folder for the data of a server: in memory where there is plenty of it, because CREATE DATABASE writes 300 files. */
export async function makeDataFolder(): Promise<string> {
  return mkdtemp(join((await hasRoomyMemoryDisk()) ? MEMORY_DISK : tmpdir(), 'partman-postgres-'))
}

async function hasRoomyMemoryDisk(): Promise<boolean> {
  if (process.platform !== 'linux' || process.availableMemory() < ENOUGH_BYTES) return false
  const disk = await statfs(MEMORY_DISK).catch(() => undefined)
  return disk !== undefined && disk.bavail * disk.bsize >= ENOUGH_BYTES
}

/** A copy of a PostgreSQL installation that every user may read. */
export async function reachableCopy(installation: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'partman-postgres-'))
  await cp(installation, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return copy
}
