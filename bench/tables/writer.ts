import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROCESS = fileURLToPath(new URL('writer-process.js', import.meta.url))

/** What a writer has done. */
export interface Written {
  /** The longest that one INSERT took. */
  readonly worstMs: number
  readonly inserts: number
}

/** A process that inserts rows without a pause: its clock does not stand still while the maintainer's process thinks. */
export interface Writer {
  stop(): Promise<Written>
}

/** Inserts rows of one instant, for one tenant after another. */
export async function startWriter(url: string, tenants: number, at: string): Promise<Writer> {
  const child = fork(PROCESS, [JSON.stringify({ url, tenants, at })])
  const exited = once(child, 'exit')
  const message = async () => {
    const [told] = await Promise.race([once(child, 'message'), exited.then(() => [undefined])])
    if (told === undefined) throw new Error('The writer has ended before it was told to.')
    return told as Written | 'ready'
  }
  await message()
  return {
    async stop() {
      const told = message()
      child.send('stop', () => undefined)
      const written = await told
      await exited
      return written as Written
    },
  }
}
