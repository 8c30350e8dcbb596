import { type ClassDeclaration, Node, type SourceFile, SyntaxKind, type ts } from 'ts-morph'
import { type ClientPlace, findClients } from './find-clients.js'
import { type ImportStyle, moduleSpecifier, resolveImportStyle } from './import-style.js'
import { applyReplacements, type Replacement, type TextFile } from './text-file.js'

/** A module that makes Prisma clients. */
export interface ClientModule {
  readonly file: TextFile
  readonly source: SourceFile
  /** The module's name for the client's class. */
  readonly className: string
  /** Absolute path of the generated configuration, without its extension. */
  readonly config: string
  readonly options: ts.CompilerOptions
  /** Whether anything in the application calls `$on`, which an extended client does not have. */
  readonly isListenedTo: boolean
}

/** What a module becomes; `text` is undefined where nothing in it can be changed. */
export interface ExtendedModule {
  readonly text: string | undefined
  readonly left: readonly { readonly node: Node; readonly reason: string; readonly todo: string }[]
}

/** Extends every client that a module exports. */
export function extendFile(module: ClientModule): ExtendedModule {
  const writer = new ModuleWriter(module)
  const places = findClients(module.source, module.className)
  const shared = places.some(({ kind }) => kind === 'shared')
  if (shared) writer.shareClient(places)
  else for (const place of places) writer.extend(place)
  return writer.finish()
}

/** The lines that a person writes where `init` does not. */
export function describeByHand({ file, source, config, options }: Pick<ClientModule, 'file' | 'source' | 'config' | 'options'>): string {
  const style = resolveImportStyle(source, options)
  return `\`.$extends(partman(config))\` behind the client, partman from '@partman/prisma-extension', config from '${moduleSpecifier(file.path, config, style)}'`
}

class ModuleWriter {
  private readonly replacements: Replacement[] = []
  private readonly left: { node: Node; reason: string; todo: string }[] = []
  private readonly style: ImportStyle
  private readonly partman: string
  private readonly configName: string
  private typeImports: string[] = []

  constructor(private readonly module: ClientModule) {
    this.style = resolveImportStyle(module.source, module.options)
    this.partman = this.freeName('partman', 'partmanExtension')
    this.configName = this.freeName('config', 'partmanConfig')
  }

  extend(place: ClientPlace): void {
    switch (place.kind) {
      case 'expression':
        this.extendExpression(place)
        break
      case 'class':
        this.extendClass(place.declaration)
        break
      default:
        this.leave(place.made, 'it is not clear what becomes of this client', this.byHand)
    }
  }

  private extendExpression({ made, annotation, exported }: ClientPlace & { kind: 'expression' }): void {
    if (exported) {
      this.insert(made.getEnd(), this.extension)
      this.dropAnnotation(annotation)
    } else {
      this.leave(made, 'no other module uses this client', this.byHand)
    }
  }

  /** One function makes the client, so that its type has a name for whatever else holds it. */
  shareClient(places: readonly ClientPlace[]): void {
    const { source, className } = this.module
    const made = places.flatMap((place) => (place.kind === 'class' ? [] : [place.made]))
    const [first] = made
    if (!first || places.length > made.length || new Set(made.map((node) => node.getText())).size > 1 || !isModule(source)) {
      this.leave(first ?? source, 'clients are made in different ways here', this.byHand)
      return
    }
    const name = this.freeName('createPrismaClient', 'createPartmanClient')
    for (const node of made) this.replace(node, `${name}()`)
    for (const reference of source.getDescendantsOfKind(SyntaxKind.TypeReference)) {
      const isInside = made.some((node) => node.getPos() <= reference.getPos() && reference.getEnd() <= node.getEnd())
      if (reference.getText() === className && !isInside) this.replace(reference, `ReturnType<typeof ${name}>`)
    }
    const before = source.getStatements().find((statement) => !Node.isImportDeclaration(statement))
    const end = this.style.semicolon
    this.insert(
      before?.getStart(true) ?? source.getEnd(),
      `function ${name}() {\n${this.indent}return ${first.getText()}${this.extension}${end}\n}\n\n`,
    )
  }

  finish(): ExtendedModule {
    if (this.replacements.length === 0) return { text: undefined, left: this.left }
    const { source, file, config } = this.module
    const { quote, semicolon } = this.style
    const named = (name: string, as: string) => (name === as ? name : `${name} as ${as}`)
    const line = (names: string, specifier: string) => `\nimport { ${names} } from ${quote}${specifier}${quote}${semicolon}`
    const names = [...this.typeImports.map((name) => `type ${name}`), named('partman', this.partman)].join(', ')
    const last = source.getImportDeclarations().at(-1)!
    this.insert(
      last.getEnd(),
      line(names, '@partman/prisma-extension') + line(named('config', this.configName), moduleSpecifier(file.path, config, this.style)),
    )
    return { text: applyReplacements(file, this.replacements), left: this.left }
  }

  /**
   * What the constructor returns is what `new` gives: the extended client, which inherits from the object that was being constructed and so
   * keeps the methods of the class. Whoever is injected the class goes on as before.
   */
  private extendClass(declaration: ClassDeclaration): void {
    const [maker] = declaration.getConstructors()
    const last = maker?.getStatements().at(-1)
    const obstacle =
      this.obstacleIn(declaration) ?? (last ? undefined : 'the class has no constructor that could return the extended client')
    if (!maker || !last || obstacle !== undefined) {
      this.leave(declaration, obstacle ?? '', this.classByHand)
      return
    }
    const end = this.style.semicolon
    const indent = indentOf(last)
    // A line of its own, also where the constructor is written on one.
    const isOnOneLine = maker.getStartLineNumber() === maker.getEndLineNumber()
    const comment = '// The extended client, which has what this class has: no other place needs to change.'
    this.insert(
      last.getEnd(),
      isOnOneLine
        ? `${last.getText().endsWith(';') ? '' : ';'} return this${this.extension} as unknown as this${end}`
        : `\n${indent}${comment}\n${indent}return this${this.extension} as unknown as this${end}`,
    )
    const member = declaration.getMembers()[0]!
    this.typeImports = ['PartmanClient']
    this.insert(
      member.getStart(true),
      `declare readonly $partman: () => PartmanClient<typeof ${this.configName}>${end}\n\n${indentOf(member)}`,
    )
  }

  private obstacleIn(declaration: ClassDeclaration): string | undefined {
    if (!declaration.hasExportKeyword() && !isExportedBelow(declaration)) return 'no other module uses this class'
    if (declaration.getDescendantsOfKind(SyntaxKind.PrivateIdentifier).length > 0) {
      return 'an extended client has no access to #private members of its class'
    }
    if (this.module.isListenedTo) return '`$on` is called somewhere, and an extended client does not have it'
    const returns = declaration.getConstructors()[0]?.getDescendantsOfKind(SyntaxKind.ReturnStatement) ?? []
    return returns.length > 0 ? 'its constructor returns something already' : undefined
  }

  private get extension(): string {
    return `.$extends(${this.partman}(${this.configName}))`
  }

  private get byHand(): string {
    return `Where it creates tenants, use the extended client, or write ${describeByHand(this.module)}.`
  }

  private get classByHand(): string {
    return `Make the extended client in a provider of its own: ${describeByHand(this.module)}; and inject that one where tenants are created.`
  }

  private get indent(): string {
    const { text } = this.module.file
    return /\n(\t| +)\S/.exec(text)?.[1] ?? '  '
  }

  /** Only `PrismaClient` itself says no more than what the compiler infers. */
  private dropAnnotation(annotation: Node | undefined): void {
    if (annotation?.getText() !== this.module.className) return
    const colon = annotation.getPreviousSiblingIfKind(SyntaxKind.ColonToken)
    if (colon) this.replacements.push({ start: colon.getStart(), end: annotation.getEnd(), text: '' })
  }

  private freeName(name: string, otherwise: string): string {
    const isTaken = this.module.source.getDescendantsOfKind(SyntaxKind.Identifier).some((identifier) => identifier.getText() === name)
    return isTaken ? otherwise : name
  }

  private leave(node: Node, reason: string, todo: string): void {
    this.left.push({ node, reason, todo })
  }

  private insert(at: number, text: string): void {
    this.replacements.push({ start: at, end: at, text })
  }

  private replace(node: Node, text: string): void {
    this.replacements.push({ start: node.getStart(), end: node.getEnd(), text })
  }
}

function isModule(source: SourceFile): boolean {
  return source
    .getStatements()
    .some(
      (statement) =>
        Node.isExportDeclaration(statement) ||
        Node.isExportAssignment(statement) ||
        (Node.isExportable(statement) && statement.hasExportKeyword()),
    )
}

function isExportedBelow(declaration: ClassDeclaration): boolean {
  const name = declaration.getName()
  return declaration
    .getSourceFile()
    .getExportDeclarations()
    .some((each) => each.getNamedExports().some((named) => named.getName() === name))
}

/** What the line of a node begins with. */
function indentOf(node: Node): string {
  return /[^\S\n]*$/.exec(node.getSourceFile().getFullText().slice(0, node.getStart(true)))?.[0] ?? ''
}
