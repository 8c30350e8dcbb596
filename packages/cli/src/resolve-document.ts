import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type PartmanDocument, PartmanError, parseDocument } from '@partman/core'

/**
 * Reads the document that `prisma generate` wrote for a schema.
 *
 * @throws PartmanError `DOCUMENT_NOT_FOUND`, `DOCUMENT_STALE` when the schema was changed since, and those of `parseDocument`
 */
export async function resolveDocument(folder: string, schemaPath: string, documentPath?: string): Promise<PartmanDocument> {
  const { hashSchema, locateDocument } = await import('@partman/generator')
  const path = documentPath === undefined ? locateDocument(schemaPath) : resolve(folder, documentPath)
  const document = readDocument(folder, path)
  if (document.schemaHash !== hashSchema(schemaPath)) {
    throw new PartmanError(
      'DOCUMENT_STALE',
      `${relative(folder, path)} was generated from another state of ${relative(folder, schemaPath)}`,
      {
        hint: 'Run `prisma generate`.',
      },
    )
  }
  return document
}

/**
 * Reads a document from a file, whatever schema it came from.
 *
 * @throws PartmanError `DOCUMENT_NOT_FOUND`, and those of `parseDocument`
 */
export function readDocument(folder: string, path: string): PartmanDocument {
  try {
    return parseDocument(readFileSync(resolve(folder, path), 'utf8'))
  } catch (cause) {
    if (cause instanceof PartmanError) throw cause
    throw new PartmanError('DOCUMENT_NOT_FOUND', `There is no partman document at ${relative(folder, resolve(folder, path))}`, {
      hint: 'Run `prisma generate`, or pass its path with `--document`.',
      cause,
    })
  }
}
