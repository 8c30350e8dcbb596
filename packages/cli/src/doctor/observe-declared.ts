import { resolve } from 'node:path'
import { PartmanError } from '@partman/core'
import { readDocument } from '../resolve-document.js'
import type { Session } from '../session.js'
import type { DeclaredDocument } from './doctor-facts.js'

/**
 * Reads the document, also one that the schema has changed since.
 *
 * @throws PartmanError those of `Session.document`, but for `DOCUMENT_STALE`
 */
export async function observeDeclared(session: Session): Promise<DeclaredDocument> {
  try {
    return { document: await session.document(), stale: null }
  } catch (error) {
    if (!(error instanceof PartmanError) || error.code !== 'DOCUMENT_STALE') throw error
    const { locateDocument } = await import('@partman/generator')
    const named = session.options.document
    const path = named === undefined ? locateDocument((await session.project()).schemaPath) : resolve(session.folder, named)
    return { document: readDocument(session.folder, path), stale: error }
  }
}
