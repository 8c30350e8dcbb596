import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { PartmanError } from '@partman/core'
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

/**
 * Opens the given files with the compiler options of the project, and, once a change is tried, all that its `tsconfig.json` includes, or else
 * `all` sources. */
export function openSources(folder: string, folders: GeneratedFolders, files: readonly TextFile[], all: readonly TextFile[]): OpenSources {
  const tsConfigFilePath = join(folder, 'tsconfig.json')
  const hasConfig = existsSync(tsConfigFilePath)
  const project = openProject(hasConfig ? tsConfigFilePath : undefined)
  const modules = files.map((file) => ({ file, source: project.createSourceFile(file.path, file.text, { overwrite: true }) }))
  let accepted: Problem[] | undefined
  const prepare = () => {
    const included = hasConfig ? project.addSourceFilesFromTsConfig(tsConfigFilePath) : []
    // One that only refers to others includes nothing itself.
    for (const { path, text } of included.length === 0 ? all : []) {
      if (!project.getSourceFile(path)) project.createSourceFile(path, text, { overwrite: true })
    }
    // What is not there yet: what `prisma generate` will write, and a package that may have to be installed.
    const config = join(folders.partman, 'partman.ts')
    const installed = isInstalled(folder, '@partman/prisma-extension')
    if (!existsSync(config)) project.createSourceFile(config, installed ? CONFIG : CONFIG_ALONE, { overwrite: true })
    if (!installed) project.createSourceFile(join(folder, '__partman-extension.d.ts'), EXTENSION_TYPES, { overwrite: true })
    return findProblems(project, folder)
  }
  return {
    modules,
    options: project.getCompilerOptions(),
    tryText(source, text) {
      accepted ??= prepare()
      const before = source.getFullText()
      source.replaceWithText(text)
      const now = findProblems(project, folder)
      const fresh = findNew(now, accepted)
      if (fresh === undefined) accepted = now
      else source.replaceWithText(before)
      return fresh?.text
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

function openProject(tsConfigFilePath: string | undefined): Project {
  try {
    return new Project({
      // What packages declare is none of the application's errors, and takes most of the time.
      ...(tsConfigFilePath === undefined
        ? { compilerOptions: FALLBACK_OPTIONS }
        : { tsConfigFilePath, compilerOptions: { skipLibCheck: true } }),
      skipAddingFilesFromTsConfig: true,
      skipFileDependencyResolution: true,
    })
  } catch (cause) {
    throw new PartmanError('TSCONFIG_INVALID', `tsconfig.json cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      hint: 'Correct it; nothing was changed.',
      cause,
    })
  }
}

interface Problem {
  /** The same for the same error elsewhere in the file: positions move. */
  readonly key: string
  readonly text: string
}

function findProblems(project: Project, folder: string): Problem[] {
  const errors = project.getPreEmitDiagnostics().filter((diagnostic) => diagnostic.getCategory() === ts.DiagnosticCategory.Error)
  return errors.map((diagnostic) => {
    const file = relative(folder, diagnostic.getSourceFile()?.getFilePath() ?? folder).replaceAll('\\', '/')
    const { messageText } = diagnostic.compilerObject
    const message = typeof messageText === 'string' ? messageText : messageText.messageText
    // The type of an extended client fills a screen.
    const text = `${file}:${diagnostic.getLineNumber() ?? 1}: ${message.replaceAll(/'[^']{60,}'/g, "'...'")}`
    return { key: `${file}: ${message}`, text }
  })
}

/** The first problem that is there more often than before. */
function findNew(now: readonly Problem[], before: readonly Problem[]): Problem | undefined {
  const count = (problems: readonly Problem[], key: string) => problems.filter((problem) => problem.key === key).length
  return now.find(({ key }) => count(now, key) > count(before, key))
}

function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  return dirname(folder) !== folder && isInstalled(dirname(folder), name)
}
