import { addCiStep } from './add-ci-step.js'
import { addScripts } from './add-scripts.js'
import { declareGenerator } from './declare-generator.js'
import { extendClients } from './extend-clients.js'
import { ignoreOutput } from './ignore-output.js'
import type { LeftAlone } from './left-alone.js'
import { readManifest } from './project-manifest.js'
import type { FileEdit } from './text-file.js'

/** Everything that `init` would do. */
export interface InitPlan {
  readonly edits: readonly FileEdit[]
  readonly left: readonly LeftAlone[]
  /** What a person does next, in order. */
  readonly nextSteps: readonly string[]
}

/**
 * Works out everything that `init` would do, and changes nothing.
 *
 * @throws PartmanError `DATASOURCE_UNSUPPORTED`, `CLIENT_GENERATOR_MISSING`, `GENERATOR_NOT_FOUND`, `PACKAGE_JSON_INVALID`, `TSCONFIG_INVALID`
 */
export async function planInit(folder: string, schemaPath: string): Promise<InitPlan> {
  const manifest = await readManifest(folder)
  const generator = await declareGenerator(folder, schemaPath)
  const clients = await extendClients(folder, generator.folders)
  const ci = await addCiStep(folder, manifest)
  const ignored = await ignoreOutput(folder, generator.folders)
  const edits = [generator.edit, ignored, ...clients.edits, addScripts(manifest), ci.edit].filter((edit) => edit !== undefined)
  const left = [...clients.left, ...(ci.left ? [ci.left] : [])]
  const { add, addDev, exec } = manifest.manager
  const missing = (names: readonly string[]) => names.filter((name) => !manifest.packages.has(name)).join(' ')
  const [packages, devPackages] = [
    missing(['@partman/core', '@partman/prisma-extension', 'pg']),
    missing(['@partman/generator', '@partman/cli']),
  ]
  return {
    edits,
    left,
    nextSteps: [
      ...(packages === '' ? [] : [`${add} ${packages}`]),
      ...(devPackages === '' ? [] : [`${addDev} ${devPackages}`]),
      'Annotate a model: /// @partman(by: createdAt, interval: "1 day", retention: "30 days")',
      `${exec} prisma generate`,
      `${exec} partman migrate dev --name partitions`,
    ],
  }
}
