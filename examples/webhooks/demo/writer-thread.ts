// One of several writers, each with a client of its own: preparing a large createMany keeps a core of Node's busy.
import { parentPort, workerData } from 'node:worker_threads'
import { createClient } from '../src/client.js'
import { type Batch, writeBatch } from './write-batch.js'

const client = createClient((workerData as { url: string }).url)

parentPort?.on('message', async (batch: Batch | 'end') => {
  if (batch === 'end') {
    await client.$disconnect()
    parentPort?.close()
    return
  }
  try {
    await writeBatch(client, batch)
    parentPort?.postMessage({ error: null })
  } catch (error) {
    parentPort?.postMessage({ error: (error as Error).message })
  }
})
