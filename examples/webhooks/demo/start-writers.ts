import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DemoFailure } from './demo-failure.js'
import type { Batch } from './write-batch.js'

/** Threads that write batches, one at a time each. */
export interface Writers {
  /** Rejects with DemoFailure when the database refuses the rows. */
  write(batch: Batch): Promise<void>
  stop(): Promise<void>
}

/** Starts that many writers for the database of `url`; only the compiled example has them. */
export function startWriters(url: string, count: number): Writers {
  const threads = Array.from({ length: count }, () => new Worker(new URL('./writer-thread.js', import.meta.url), { workerData: { url } }))
  const idle = [...threads]
  const waiting: ((thread: Worker) => void)[] = []
  const release = (thread: Worker) => {
    const next = waiting.shift()
    if (next) next(thread)
    else idle.push(thread)
  }
  return {
    async write(batch) {
      const thread = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)))
      try {
        thread.postMessage(batch)
        const [{ error }] = (await once(thread, 'message')) as [{ error: string | null }]
        if (error !== null) throw new DemoFailure(`${batch.data.length} rows of ${batch.table} were refused: ${error}`)
      } finally {
        release(thread)
      }
    },
    async stop() {
      const ended = threads.map((thread) => once(thread, 'exit'))
      for (const thread of threads) thread.postMessage('end')
      await Promise.all(ended)
    },
  }
}
