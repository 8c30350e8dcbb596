import generatorHelper from '@prisma/generator-helper'
import { DEFAULT_OUTPUT } from './generator-block.js'

// stdout is what Prisma shows; stderr carries its protocol.
const print = (text: string) => process.stdout.write(`${text}\n`)

const loadGenerate = () => import('./generate.js')

generatorHelper.generatorHandler({
  onManifest: () => {
    // Prisma asks every generator for its manifest before the first one runs: load while the others work, after answering.
    setImmediate(() => void loadGenerate().then(({ warmUp }) => warmUp()))
    return { prettyName: 'partman', defaultOutput: DEFAULT_OUTPUT }
  },
  onGenerate: async (options) => {
    const { generate } = await loadGenerate()
    await generate(options, print)
  },
})
