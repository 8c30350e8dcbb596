/* Writes docs/api from the exported names of each package and their docstrings: `npm run docs:api`. It needs no build, and asks no type checker. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Node, Project, ScriptKind } from 'ts-morph'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Packages that others import from. */
const PACKAGES = ['core', 'generator', 'prisma-extension', 'dashboard', 'testing']

/** The pages, by their path from the root, with their text. */
export async function renderApiReference() {
  const files = sourceFiles()
  const pages = await Promise.all(PACKAGES.map(async (name) => [`docs/api/${name}.md`, await renderPackage(files, name)]))
  return new Map([['docs/api/README.md', await renderIndex()], ...pages])
}

/** Parsed files, each at its first use. */
function sourceFiles() {
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true })
  const parsed = new Map()
  return async (path) => {
    if (!parsed.has(path))
      parsed.set(path, project.createSourceFile(`/${path}`, await readFile(join(ROOT, path), 'utf8'), { scriptKind: ScriptKind.TS }))
    return parsed.get(path)
  }
}

async function renderIndex() {
  const rows = await Promise.all(
    PACKAGES.map(async (name) => {
      const { description } = await manifest(name)
      return `- [@partman/${name}](${name}.md): ${description}`
    }),
  )
  return `# API reference

Every name that the packages export, with its signature and what its source says of it. It is written by \`npm run docs:api\`, and a test compares it with the
sources. How things go together is in the READMEs of the packages.

${rows.join('\n')}
`
}

async function manifest(name) {
  return JSON.parse(await readFile(join(ROOT, 'packages', name, 'package.json'), 'utf8'))
}

async function renderPackage(files, name) {
  const { exports } = await manifest(name)
  const sections = []
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target !== 'object') continue
    const path = `packages/${name}/${target.types.replace('./dist/', 'src/').replace('.d.ts', '.ts')}`
    const declared = await exportedNames(files, path)
    const specifier = `@partman/${name}${entry.slice(1)}`
    const named = declared.filter(({ name: one }) => one !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
    sections.push(`## ${specifier}\n`, ...named.map(renderName))
    if (named.length === 0) sections.push('Is imported for what it does; it exports no name.\n')
  }
  return `# @partman/${name}\n\nWritten by \`npm run docs:api\` from the sources. [How to use it](../../packages/${name}/README.md).\n\n${sections.join('\n')}`
}

/** What a module exports: what it declares, and what it passes on. */
async function exportedNames(files, path) {
  const file = await files(path)
  const passedOn = []
  for (const declaration of file.getExportDeclarations()) {
    const from = declaration.getModuleSpecifierValue()
    for (const specifier of declaration.getNamedExports()) {
      const found = await declarationsOf(files, normalize(join(dirname(path), from.replace(/\.js$/, '.ts'))), specifier.getName())
      passedOn.push({ name: specifier.getAliasNode()?.getText() ?? specifier.getName(), nodes: found })
    }
  }
  const own = new Map()
  for (const node of file.getStatements()) {
    if (!Node.isExportable(node) || !node.hasExportKeyword()) continue
    for (const name of namesOf(node)) own.set(name, [...(own.get(name) ?? []), node])
  }
  return [...passedOn, ...[...own].map(([name, nodes]) => ({ name, nodes }))]
}

/** The statements that declare a name; the module may itself have it from another. */
async function declarationsOf(files, path, name) {
  const file = await files(path)
  const own = file.getStatements().filter((node) => Node.isExportable(node) && node.hasExportKeyword() && namesOf(node).includes(name))
  if (own.length > 0) return own
  for (const declaration of file.getExportDeclarations()) {
    const specifier = declaration.getNamedExports().find((one) => (one.getAliasNode()?.getText() ?? one.getName()) === name)
    const from = declaration.getModuleSpecifierValue()
    if (specifier && from?.startsWith('.'))
      return declarationsOf(files, normalize(join(dirname(path), from.replace(/\.js$/, '.ts'))), specifier.getName())
  }
  throw new Error(`${path} exports no ${name}`)
}

function namesOf(node) {
  if (Node.isVariableStatement(node)) return node.getDeclarations().map((one) => one.getName())
  return node.getName?.() === undefined ? [] : [node.getName()]
}

function renderName({ name, nodes }) {
  // Where overloads are declared, the implementation is nobody's business.
  const shown = nodes.length > 1 ? nodes.filter((node) => !Node.isFunctionDeclaration(node) || !node.hasBody()) : nodes
  const text = shown.map(signature).map(withinReason).join('\n')
  const documented = nodes.find((node) => node.getJsDocs().length > 0)
  const doc = documented ? renderDoc(documented.getJsDocs().at(-1)) : ''
  return `### ${name}\n\n\`\`\`ts\n${text}\n\`\`\`\n${doc === '' ? '' : `\n${doc}\n`}`
}

/** What a program has written is not for reading. */
const MOST_LINES = 150

function withinReason(text) {
  const lines = text.split('\n')
  return lines.length <= MOST_LINES ? text : `${lines[0]} /* ${lines.length} lines, written from the OpenAPI document */ }`
}

function signature(node) {
  if (Node.isFunctionDeclaration(node)) return withoutBody(node)
  if (Node.isClassDeclaration(node)) return classOf(node)
  return stripped(node)
}

/** The text from its first keyword on, without `export`, as its docstring stands apart. */
function stripped(node) {
  return node.getText().replace(/^export (declare )?/, '')
}

function withoutBody(node) {
  const body = node.getBody()
  const text = body ? node.getText().slice(0, body.getStart() - node.getStart()) : node.getText()
  return text.replace(/^export (default )?(async )?/, '').trim()
}

function classOf(node) {
  const heading = node
    .getText()
    .slice(0, node.getText().indexOf('{'))
    .replace(/^export /, '')
    .trim()
  const members = node.getMembers().filter((one) => !(one.getScope?.() === 'private' || one.getName?.().startsWith('#')))
  const lines = members.map((member) => {
    const body = member.getBody?.()
    const doc = member.getJsDocs?.().at(-1)?.getText()
    const text = (body ? member.getText().slice(0, body.getStart() - member.getStart()) : member.getText()).trim()
    return `${doc === undefined ? '' : `  ${doc}\n`}  ${text}`
  })
  return `${heading} {\n${lines.join('\n')}\n}`
}

function renderDoc(doc) {
  const paragraphs = [doc.getDescription().trim().replaceAll('\r', '')]
  for (const tag of doc.getTags()) {
    const said = (tag.getCommentText() ?? '').trim()
    if (tag.getTagName() === 'throws') paragraphs.push(`Throws ${said}`)
    else if (tag.getTagName() === 'param') paragraphs.push(`\`${tag.getName()}\`: ${said.replace(/^- /, '')}`)
    else paragraphs.push(`${tag.getTagName()}: ${said}`)
  }
  return paragraphs.filter((one) => one !== '').join('\n\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mkdir(join(ROOT, 'docs/api'), { recursive: true })
  for (const [path, text] of await renderApiReference()) await writeFile(join(ROOT, path), text)
}
