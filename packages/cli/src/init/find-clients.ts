import { dirname, join, relative, resolve, sep } from 'node:path'
import { type ClassDeclaration, type NewExpression, Node, type SourceFile, SyntaxKind } from 'ts-morph'
import type { GeneratedFolders } from './declare-generator.js'

/** Where a Prisma client is made, by the way it can be extended. */
export type ClientPlace =
  /** `$extends` goes right behind the expression; a type annotation that says `PrismaClient` has to go. */
  | { readonly kind: 'expression'; readonly made: Node; readonly annotation: Node | undefined; readonly exported: boolean }
  /** The value meets another one that has its type, as in `global.prisma ?? new PrismaClient()`: a function is needed to name the type. */
  | { readonly kind: 'shared'; readonly made: Node }
  /** `class PrismaService extends PrismaClient`. */
  | { readonly kind: 'class'; readonly declaration: ClassDeclaration }
  /** Anything else. */
  | { readonly kind: 'other'; readonly made: Node }

/** The name that a file has for the class of this project's client; undefined where it imports none. */
export function clientClassName(file: SourceFile, { client }: GeneratedFolders): string | undefined {
  for (const declaration of file.getImportDeclarations()) {
    const named = declaration.getNamedImports().find((each) => each.getName() === 'PrismaClient')
    if (!named || declaration.isTypeOnly() || named.isTypeOnly()) continue
    if (isOfClient(declaration.getModuleSpecifierValue(), file, client)) return named.getAliasNode()?.getText() ?? 'PrismaClient'
  }
  return undefined
}

/** A project may have several clients, of several schemas. Aliases of paths are taken for ours: the compiler has the last word. */
function isOfClient(specifier: string, file: SourceFile, client: string | undefined): boolean {
  if (specifier === '@prisma/client') return client === undefined
  if (!specifier.startsWith('.')) return true
  const path = resolve(dirname(file.getFilePath()), specifier)
  if (client === undefined) return false
  return path === client || path.startsWith(client + sep) || relative(path, join(client, 'client')) === ''
}

/** Finds every place in a file that makes a client of the class. */
export function findClients(file: SourceFile, className: string): ClientPlace[] {
  const made = file.getDescendantsOfKind(SyntaxKind.NewExpression).filter((each) => each.getExpression().getText() === className)
  const classes = file
    .getDescendantsOfKind(SyntaxKind.ClassDeclaration)
    .filter((each) => each.getExtends()?.getExpression().getText() === className)
  return [...made.map((each) => placeOf(file, each)), ...classes.map((declaration): ClientPlace => ({ kind: 'class', declaration }))]
}

function placeOf(file: SourceFile, expression: NewExpression): ClientPlace {
  const made = behindExtends(expression)
  const parent = made.getParentOrThrow()
  if (Node.isVariableDeclaration(parent)) {
    const statement = parent.getVariableStatement()
    const exported = statement?.getParent() === file && isExported(file, parent.getName())
    return { kind: 'expression', made, annotation: parent.getTypeNode(), exported }
  }
  if (Node.isPropertyDeclaration(parent)) {
    const owner = parent.getParent()
    const exported = Node.isClassDeclaration(owner) && isExported(file, owner.getName() ?? 'default')
    return { kind: 'expression', made, annotation: parent.getTypeNode(), exported }
  }
  if (Node.isExportAssignment(parent)) return { kind: 'expression', made, annotation: undefined, exported: true }
  const maker = Node.isReturnStatement(parent)
    ? parent.getFirstAncestor(
        (node) =>
          Node.isFunctionDeclaration(node) ||
          Node.isArrowFunction(node) ||
          Node.isFunctionExpression(node) ||
          Node.isMethodDeclaration(node),
      )
    : Node.isArrowFunction(parent)
      ? parent
      : undefined
  if (Node.isFunctionDeclaration(maker) || Node.isArrowFunction(maker) || Node.isFunctionExpression(maker)) {
    return { kind: 'expression', made, annotation: maker.getReturnTypeNode(), exported: isUsedByExport(file, maker) }
  }
  if (Node.isBinaryExpression(parent) || Node.isConditionalExpression(parent)) return { kind: 'shared', made }
  return { kind: 'other', made }
}

/** The expression with the extensions that it has already. */
function behindExtends(expression: Node): Node {
  const access = expression.getParent()
  const call = access?.getParent()
  if (!Node.isPropertyAccessExpression(access) || access.getName() !== '$extends' || !Node.isCallExpression(call)) return expression
  return call.getExpression() === access ? behindExtends(call) : expression
}

function isUsedByExport(file: SourceFile, maker: Node): boolean {
  const named = Node.isFunctionDeclaration(maker) ? maker : maker.getParent()
  if (Node.isExportAssignment(named)) return true
  const name = Node.isFunctionDeclaration(named) || Node.isVariableDeclaration(named) ? named.getName() : undefined
  if (name === undefined) return Node.isFunctionDeclaration(named)
  if (isExported(file, name)) return true
  // As in `const prisma = globalThis.prisma ?? createClient()`.
  return file.getVariableDeclarations().some(
    (variable) =>
      isExported(file, variable.getName()) &&
      variable
        .getInitializer()
        ?.getDescendants()
        .some((node) => Node.isIdentifier(node) && node.getText() === name),
  )
}

function isExported(file: SourceFile, name: string): boolean {
  return exportedNames(file).has(name)
}

/** The names in the file itself of what it exports; asked of its syntax alone. */
function exportedNames(file: SourceFile): Set<string> {
  const names = new Set<string>()
  for (const statement of file.getStatements()) {
    if (Node.isVariableStatement(statement) && statement.hasExportKeyword()) {
      for (const variable of statement.getDeclarations()) names.add(variable.getName())
    }
    if ((Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement)) && statement.hasExportKeyword()) {
      names.add(statement.getName() ?? 'default')
    }
    if (Node.isExportDeclaration(statement) && !statement.hasModuleSpecifier()) {
      for (const named of statement.getNamedExports()) names.add(named.getName())
    }
    if (Node.isExportAssignment(statement)) names.add(statement.getExpression().getText())
  }
  return names
}
