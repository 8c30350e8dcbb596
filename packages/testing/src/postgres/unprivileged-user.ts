import { readFile } from 'node:fs/promises'

/** The user and group that a child process is to run as. */
export interface ProcessOwner {
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root, and initdb wants its user in the password file: root hands over to `nobody`, which every system has.
 * Undefined when this process is not root.
 */
export async function resolveProcessOwner(): Promise<ProcessOwner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const wanted of ['nobody', 'postgres']) {
    const [, , uid, gid] = users.find(([name]) => name === wanted) ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('PostgreSQL cannot run as root, and /etc/passwd has neither a user "nobody" nor "postgres" to run it as.')
}
