import { z } from 'zod'
import { parseDuration } from './duration.js'

/** What a tenant has of its own; what is left out is as the tables declare it. */
export interface TenantSettings {
  /** A duration, or null to keep everything. It takes the place of a retention by age. */
  readonly retention?: string | null
  readonly premake?: number
}

/** Settings that cannot be understood: it is not known how long their tenant's rows are to be kept. */
export interface InvalidTenantSettings {
  readonly problem: string
}

const tenantSettings = z.strictObject({
  retention: z
    .string()
    .superRefine((text, context) => {
      try {
        parseDuration(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message })
      }
    })
    .nullable()
    .optional(),
  premake: z.int().min(1).max(10_000).optional(),
})

/** Parses the settings of a tenant, `{ "retention": "90 days", "premake": 20 }`, as the bookkeeping has them. */
export function parseTenantSettings(value: unknown): TenantSettings | InvalidTenantSettings {
  const result = tenantSettings.safeParse(value)
  if (!result.success) return { problem: result.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ') }
  const { retention, premake } = result.data
  return { ...(retention === undefined ? {} : { retention }), ...(premake === undefined ? {} : { premake }) }
}
