import { type PartmanDocument, PartmanError } from '@partman/core'
import { loadPrismaProject, type PrismaProject } from './load-prisma-project.js'
import type { Output } from './output.js'
import { type Connection, resolveConnection } from './resolve-connection.js'
import { readDocument, resolveDocument } from './resolve-document.js'

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string
  readonly schema?: string
  readonly config?: string
  readonly document?: string
  readonly json?: boolean
  readonly debug?: boolean
}

/** One run of a command: its options, where it writes, and what it finds out on the way, each when first asked for. */
export class Session {
  /** Every connection url seen, so that no message shows a password of one. */
  readonly urls: string[] = []
  #project: Promise<PrismaProject> | undefined

  constructor(
    readonly folder: string,
    readonly options: GlobalOptions,
    readonly output: Output,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  project(): Promise<PrismaProject> {
    this.#project ??= loadPrismaProject(this.folder, this.options)
    return this.#project
  }

  /** Whether there is a schema and migrations to look at; not with `--document` alone, as a deployed application may have nothing else. */
  get hasProject(): boolean {
    return this.options.document === undefined || this.options.schema !== undefined
  }

  /** What `reportError` needs to know. */
  get errorOptions(): { debug: boolean; urls: readonly string[] } {
    return { debug: this.options.debug ?? Boolean(this.env['DEBUG']), urls: this.urls }
  }

  /** The document, which must be of the schema as it is now; with `--document` alone it is taken as it is. */
  async document(): Promise<PartmanDocument> {
    const { document } = this.options
    if (document !== undefined && !this.hasProject) return readDocument(this.folder, document)
    const { schemaPath } = await this.project()
    return resolveDocument(this.folder, schemaPath, document)
  }

  /** @throws PartmanError `CONNECTION_MISSING`, `CONNECTION_INVALID` */
  async connection(): Promise<Connection> {
    const url = this.options.url ?? (this.env['PARTMAN_DATABASE_URL'] || undefined) ?? (await this.project()).url
    if (url === undefined) {
      throw new PartmanError(
        'CONNECTION_MISSING',
        'No database is named: neither --url, nor PARTMAN_DATABASE_URL, nor datasource.url in the Prisma configuration',
        {
          hint: 'Pass `--url postgresql://...`.',
        },
      )
    }
    this.urls.push(url)
    return resolveConnection(url)
  }
}
