import { dirname, relative } from 'node:path'
import { type SourceFile, ts } from 'ts-morph'

/** How a source file writes its imports. */
export interface ImportStyle {
  readonly quote: "'" | '"'
  readonly semicolon: ';' | ''
  /** What a relative import ends with. */
  readonly extension: '.js' | '.ts' | ''
}

/** Reads the style off the imports that are there, the first one first; what they do not tell, the compiler's options do. */
export function resolveImportStyle(file: SourceFile, options: ts.CompilerOptions): ImportStyle {
  const imports = file.getImportDeclarations()
  const [first] = imports
  const relatives = imports.filter((each) => each.isModuleSpecifierRelative())
  const ofClient = relatives.find((each) => each.getNamedImports().some((named) => named.getName() === 'PrismaClient'))
  const told = (ofClient ?? relatives[0])?.getModuleSpecifierValue()
  return {
    quote: first?.getModuleSpecifier().getText().startsWith('"') ? '"' : "'",
    semicolon: first === undefined || first.getText().endsWith(';') ? ';' : '',
    extension: told === undefined ? extensionFor(file, options) : extensionOf(told),
  }
}

function extensionOf(specifier: string): ImportStyle['extension'] {
  if (/\.[cm]?jsx?$/.test(specifier)) return '.js'
  return /\.[cm]?tsx?$/.test(specifier) ? '.ts' : ''
}

/** Only modules that Node itself resolves as ES modules need one. */
function extensionFor(file: SourceFile, options: ts.CompilerOptions): ImportStyle['extension'] {
  const { module = ts.ModuleKind.CommonJS } = options
  if (module < ts.ModuleKind.Node16 || module > ts.ModuleKind.NodeNext) return ''
  const moduleResolution = ts.ModuleResolutionKind.NodeNext
  const format = ts.getImpliedNodeFormatForFile(file.getFilePath(), undefined, ts.sys, { ...options, moduleResolution })
  if (format !== ts.ModuleKind.ESNext) return ''
  return options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions ? '.ts' : '.js'
}

/** The specifier by which a file imports a module, given without its extension. */
export function moduleSpecifier(fromFile: string, module: string, { extension }: ImportStyle): string {
  const path = relative(dirname(fromFile), module).replaceAll('\\', '/')
  return `${path.startsWith('.') ? path : `./${path}`}${extension}`
}
