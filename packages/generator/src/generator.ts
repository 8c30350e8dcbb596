import generatorHelper from '@prisma/generator-helper'
import { DEFAULT_OUTPUT } from './generator-block.js'

// stdout is what Prisma shows; stderr carries its protocol.
const print = (text: string) => process.stdout.write(`${text}\n`)

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'partman', defaultOutput: DEFAULT_OUTPUT }),
  onGenerate: async (options) => {
    const { generate } = await import('./generate.js')
    await generate(options, print)
  },
})
