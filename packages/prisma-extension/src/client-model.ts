import { PartmanError } from '@partman/core'
import type { RawClient, UnsentQuery } from './raw-client.js'

interface ModelClient {
  findUnique(args: object): UnsentQuery<object | null>
}

/** The name that a client has a model by: the schema's with a small first letter. */
export function clientName(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1)
}

/**
 * Returns the client's own access to a model.
 *
 * @throws PartmanError `MODEL_UNKNOWN`
 */
export function clientModel(client: RawClient, model: string): ModelClient {
  const found = (client as unknown as Record<string, ModelClient | undefined>)[clientName(model)]
  if (found) return found
  throw new PartmanError('MODEL_UNKNOWN', `The Prisma client has no model ${model}, which partman's configuration has as one of tenants`, {
    hint: 'Run `prisma generate`: both are made from the same schema.',
  })
}
