import { z } from '@hono/zod-openapi'
import type { Access, Role } from '../access/access.js'
import type { Dashboard } from './context.js'

/** The path of the API below that of the dashboard. */
export const API_PATH = '/api/v1'

/** A request whose parts are as the endpoint declares them. */
export interface Asked<Params, Query, Body> {
  readonly access: Access
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** The address that it comes from, where the adapter knows it. */
  readonly from: string | null
}

type Shape = z.ZodType<unknown, unknown>

interface Declared {
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** What is needed to ask at all; null: nothing, not even to be known. */
  readonly role: Role | null
  readonly params?: Shape
  readonly query?: Shape
  /** What it answers, as JSON; a string: plain text of that media type. */
  readonly answer: Shape | string
  /** Default 200. */
  readonly status?: 200 | 201
}

/** One endpoint of the API: what the OpenAPI document tells of it, what is checked, and what it does. */
export interface Endpoint extends Declared {
  readonly method: 'get' | 'post'
  readonly body?: Shape
  /** The part of an answer that tells whether it is still the same. */
  readonly etag?: (answer: never, user: string) => string
  readonly respond: (dashboard: Dashboard, asked: Asked<never, never, never>) => Promise<unknown>
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
type Answer<Schema> = Schema extends z.ZodType ? z.input<Schema> : string

/** Declares what reads and changes nothing. */
export function read<
  Params extends Shape | undefined = undefined,
  Query extends Shape | undefined = undefined,
  Given extends Shape | string = string,
>(
  declared: Omit<Declared, 'params' | 'query' | 'answer' | 'status'> & {
    readonly params?: Params
    readonly query?: Query
    readonly answer: Given
    readonly etag?: (answer: Answer<Given>, user: string) => string
    readonly respond: (dashboard: Dashboard, asked: Asked<Output<Params>, Output<Query>, undefined>) => Promise<Answer<Given>>
  },
): Endpoint {
  return { method: 'get', ...declared } as unknown as Endpoint
}

/** Declares what changes something. */
export function act<Params extends Shape | undefined = undefined, Body extends Shape = Shape, Given extends Shape = Shape>(
  declared: Omit<Declared, 'params' | 'query' | 'answer'> & {
    readonly params?: Params
    readonly body: Body
    readonly answer: Given
    readonly respond: (dashboard: Dashboard, asked: Asked<Output<Params>, undefined, Output<Body>>) => Promise<Answer<Given>>
  },
): Endpoint {
  return { method: 'post', ...declared } as unknown as Endpoint
}

/** The parameters of a list that comes in pages. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'So many items at most' }),
  cursor: z.string().max(2_000).optional().meta({ description: '`next` of the page before' }),
}
