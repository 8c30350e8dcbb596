import { Node, Project, type PropertyAssignment, SyntaxKind } from 'ts-morph'
import type { ProjectManifest } from './project-manifest.js'
import { applyReplacements, type FileEdit, type Replacement } from './text-file.js'

const SCRIPTS = {
  'partman:migrate': 'partman migrate dev',
  'partman:check': 'partman check',
  'partman:maintain': 'partman maintain',
}

/** Adds the scripts that `package.json` lacks, in its own indentation. What is called alike or does the same stays as it is. */
export function addScripts({ file, scripts }: ProjectManifest): FileEdit | undefined {
  const commands = new Set(Object.values(scripts))
  const missing = Object.entries(SCRIPTS).filter(([name, command]) => scripts[name] === undefined && !commands.has(command))
  if (missing.length === 0) return undefined
  const text = applyReplacements(file, [insertion(file.text, missing)])
  return { file, text, what: missing.map(([name]) => `script ${name}`).join(', ') }
}

function insertion(text: string, missing: readonly [string, string][]): Replacement {
  const root = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true })
    .createSourceFile('package.json', text)
    .getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression)
  const properties = root.getProperties().filter((property) => Node.isPropertyAssignment(property))
  const unit = indentOf(properties[0]) || '  '
  const scripts = properties
    .find((property) => property.getName().slice(1, -1) === 'scripts')
    ?.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression)
  const existing = scripts?.getProperties().filter((property) => Node.isPropertyAssignment(property)) ?? []
  const indent = existing[0] ? indentOf(existing[0]) || unit.repeat(2) : unit.repeat(2)
  const lines = missing.map(([name, command]) => `${indent}${JSON.stringify(name)}: ${JSON.stringify(command)}`).join(',\n')
  const last = existing.at(-1)
  if (last) return { start: last.getEnd(), end: last.getEnd(), text: `,\n${lines}` }
  const block = `{\n${lines}\n${unit}}`
  if (scripts) return { start: scripts.getStart(), end: scripts.getEnd(), text: block }
  const lastProperty = properties.at(-1)
  if (lastProperty) return { start: lastProperty.getEnd(), end: lastProperty.getEnd(), text: `,\n${unit}"scripts": ${block}` }
  return { start: root.getStart(), end: root.getEnd(), text: `{\n${unit}"scripts": ${block}\n}` }
}

/** What the line of a property begins with; nothing where others stand before it on the line. */
function indentOf(property: PropertyAssignment | undefined): string {
  return property === undefined
    ? ''
    : (/(?:^|\n)([^\S\n]*)$/.exec(property.getSourceFile().getFullText().slice(0, property.getStart()))?.[1] ?? '')
}
