import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a Prisma project has, as its files say. */
export interface PrismaFacts {
  /** The schemas that the datasource names; empty where it leaves that to Prisma. */
  readonly datasourceSchemas: readonly string[]
  /** Versions of the packages that are installed, by name. */
  readonly versions: Readonly<Record<string, string>>
}

/** The driver adapters are those for PostgreSQL. */
const PACKAGES = ['prisma', '@prisma/client', '@prisma/adapter-pg', '@prisma/adapter-neon', '@prisma/adapter-ppg']

/** Observes the files of a project; `schemaPath` is a file or a folder. */
export async function observePrisma(folder: string, schemaPath: string): Promise<PrismaFacts> {
  const { readSchemaFiles } = await import('@partman/generator')
  const versions = PACKAGES.flatMap((name) => {
    const version = installedVersion(folder, name)
    return version === undefined ? [] : [[name, version] as const]
  })
  return {
    datasourceSchemas: readSchemaFiles(schemaPath).flatMap(({ text }) => schemasOf(text)),
    versions: Object.fromEntries(versions),
  }
}

/** The names in `schemas = [...]` of a datasource block. */
function schemasOf(text: string): string[] {
  const code = text.replaceAll(/("(?:\\.|[^"\\\n])*")|\/\/[^\n]*/g, (_all, string: string | undefined) => string ?? '')
  return [...code.matchAll(/^[ \t]*datasource\s+\w+\s*\{([^}]*)\}/gm)].flatMap(([, body = '']) => {
    const [, list = ''] = /^\s*schemas\s*=\s*\[([^\]]*)\]/m.exec(body) ?? []
    return [...list.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, name = '']) => JSON.parse(`"${name}"`) as string)
  })
}

/** As Node finds a package; not by its own resolution, which hides the manifest of packages that do not export it. */
function installedVersion(folder: string, name: string): string | undefined {
  for (let place = folder; ; place = dirname(place)) {
    const manifest = join(place, 'node_modules', name, 'package.json')
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version
    if (dirname(place) === place) return undefined
  }
}
