import { PartmanError, type TablePolicy } from '@partman/core'

/**
 * Finds the declared table of a model.
 *
 * @throws PartmanError `MODEL_UNKNOWN`
 */
export function findTable(tables: readonly TablePolicy[], model: string): TablePolicy {
  const found = tables.find((table) => table.model === model)
  if (found) return found
  throw new PartmanError('MODEL_UNKNOWN', `${model} is not a partitioned model`, {
    hint: `Known: ${tables.map((table) => table.model).join(', ') || 'none'}.`,
  })
}
