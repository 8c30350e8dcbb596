import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Project, type SourceFile, ts } from 'ts-morph'
import type { GeneratedFolders } from './declare-generator.js'
import type { TextFile } from './text-file.js'

/** Sources of an application, parsed; and its compiler's opinion of a change. */
export interface OpenSources {
  readonly modules: readonly { readonly file: TextFile; readonly source: SourceFile }[]
  readonly options: ts.CompilerOptions
  /** Keeps the new text of a module where that brings no error that was not there, or else keeps the old one and returns the first such error. */
  tryText(source: SourceFile, text: string): string | undefined
}

/** What the extension is to the compiler while the package is not installed. */
const EXTENSION_TYPES = `declare module '@partman/prisma-extension' {
  export type PartmanClient<Config> = { readonly config: Config }
  export function partman<const Config>(config: Config): (client: any) => { $extends: { extArgs: { result: {}; model: {}; query: {}; client: { $partman: () => () => PartmanClient<Config> } } } }
}
`
const CONFIG = `import type { PartmanDocument } from '@partman/core'
export declare const config: PartmanDocument
`
const CONFIG_ALONE = 'export declare const config: { readonly version: number }\n'

/** Opens the given files with the compiler options of the project, and, once a change is tried, all that its `tsconfig.json` includes. */
export function openSources(folder: string, folders: GeneratedFolders, files: readonly TextFile[]): OpenSources {
  const tsConfigFilePath = join(folder, 'tsconfig.json')
  const hasConfig = existsSync(tsConfigFilePath)
  const project = new Project({
    ...(hasConfig ? { tsConfigFilePath } : { compilerOptions: FALLBACK_OPTIONS }),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
  })
  const modules = files.map((file) => ({ file, source: project.createSourceFile(file.path, file.text, { overwrite: true }) }))
  let accepted: Map<string, number> | undefined
  const prepare = () => {
    if (hasConfig) project.addSourceFilesFromTsConfig(tsConfigFilePath)
    // What is not there yet: what `prisma generate` will write, and a package that may have to be installed.
    const config = join(folders.partman, 'partman.ts')
    const installed = isInstalled(folder, '@partman/prisma-extension')
    if (!existsSync(config)) project.createSourceFile(config, installed ? CONFIG : CONFIG_ALONE, { overwrite: true })
    if (!installed) project.createSourceFile(join(folder, '__partman-extension.d.ts'), EXTENSION_TYPES, { overwrite: true })
    return countErrors(project)
  }
  return {
    modules,
    options: project.getCompilerOptions(),
    tryText(source, text) {
      accepted ??= prepare()
      const before = source.getFullText()
      source.replaceWithText(text)
      const now = countErrors(project)
      const fresh = [...now].find(([error, count]) => count > (accepted?.get(error) ?? 0))
      if (fresh === undefined) accepted = now
      else source.replaceWithText(before)
      return fresh?.[0]
    },
  }
}

const FALLBACK_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
}

/** How often each error is there, by file and message: positions move. */
function countErrors(project: Project): Map<string, number> {
  const counts = new Map<string, number>()
  for (const diagnostic of project.getPreEmitDiagnostics()) {
    if (diagnostic.getCategory() !== ts.DiagnosticCategory.Error) continue
    const path = diagnostic.getSourceFile()?.getFilePath()
    const error = `${path === undefined ? '' : `${path}: `}${ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, ' ').split('\n')[0]}`
    counts.set(error, (counts.get(error) ?? 0) + 1)
  }
  return counts
}

function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  return dirname(folder) !== folder && isInstalled(dirname(folder), name)
}
