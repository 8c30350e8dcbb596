import type { TimeEncoding } from '@partman/core'
import { joinNames } from './join-names.js'
import type { ArgumentValue } from './parse-value.js'

/** What an argument takes. */
export interface ArgumentRule {
  readonly accepts: readonly ArgumentValue['kind'][]
  /** That in words. */
  readonly wanted: string
  readonly example: string
  readonly required: boolean
  /** The words that it takes, where they are known. */
  readonly choices?: readonly string[]
}

export interface AnnotationRule {
  readonly arguments: ReadonlyMap<string, ArgumentRule>
  /** Arguments that people look for here, and what they should write. */
  readonly elsewhere: ReadonlyMap<string, string>
}

/** The annotation that stands alone for all levels of a model. */
export const SHORT_FORM = 'partman'
/** The annotation of the range level above it. */
export const RETENTION = 'partman.retention'
/** The annotation of a model that has one row per tenant. */
export const TENANTS = 'partman.tenants'

/** The names that encodings have in an annotation. */
export const ENCODINGS = {
  epochSeconds: 'epoch-seconds',
  epochMilliseconds: 'epoch-milliseconds',
  snowflake: 'snowflake',
  uuid7: 'uuid7',
  ulid: 'ulid',
  cuid: 'cuid',
  objectId: 'object-id',
} as const satisfies Record<string, TimeEncoding>

/** The days that weeks may begin on, and the first of each since 1970. Monday's is the one without any. */
export const WEEK_STARTS = {
  monday: null,
  tuesday: '1970-01-06',
  wednesday: '1970-01-07',
  thursday: '1970-01-01',
  friday: '1970-01-02',
  saturday: '1970-01-03',
  sunday: '1970-01-04',
} as const

/** How a table is partitioned by tenant and time, in the short form. */
export const LAYOUTS = ['list', 'range', 'hash'] as const

function rule(accepts: ArgumentRule['accepts'], wanted: string, example: string): ArgumentRule {
  return { accepts, wanted, example, required: false }
}

const field = (example: string) => rule(['identifier'], 'a name without quotes', example)
const wholeNumber = (example: string) => rule(['integer'], 'a whole number', example)
const duration = (example: string) => rule(['string'], 'a number and a unit in double quotes', example)
const required = (given: ArgumentRule): ArgumentRule => ({ ...given, required: true })

function choice(choices: readonly string[], example: string): ArgumentRule {
  return { ...rule(['identifier'], joinNames(choices, 'or'), example), choices }
}

const withDefault = rule(['boolean'], 'true or false', 'default: true')
const partitions = wholeNumber('partitions: 16')

const range = {
  by: required(field('by: createdAt')),
  interval: required(rule(['string', 'integer'], 'a number and a unit in double quotes, or a whole number', 'interval: "1 day"')),
  premake: wholeNumber('premake: 10'),
  timeZone: rule(['string'], 'an IANA name in double quotes', 'timeZone: "Europe/Vienna"'),
  origin: rule(['string'], 'a date in double quotes', 'origin: "2024-04-01"'),
  weekStart: choice(Object.keys(WEEK_STARTS), 'weekStart: sunday'),
  start: rule(['string', 'integer'], 'a date in double quotes, or a whole number', 'start: "2024-01-01"'),
  encoding: choice(Object.keys(ENCODINGS), 'encoding: uuid7'),
  epoch: wholeNumber('epoch: 1577836800000'),
  orderedId: field('orderedId: id'),
  skew: duration('skew: "1 minute"'),
  default: withDefault,
}

const retention = {
  keep: wholeNumber('keep: 12'),
  maxSize: rule(['string'], 'a number and a unit in double quotes', 'maxSize: "50 GB"'),
  grace: duration('grace: "24 hours"'),
  drop: rule(['boolean'], 'true or false', 'drop: false'),
  moveTo: rule(['string'], 'the name of a schema in double quotes', 'moveTo: "archive"'),
}

const { by, interval, premake, ...rangeOptions } = range
const below = 'Write @partman.retention(after: "30 days") on the line below.'
const asLevel = 'A level with a partition for each tenant is @partman.list(by: projectId, tenants: Project).'

function annotation(taken: Readonly<Record<string, ArgumentRule>>, elsewhere: Readonly<Record<string, string>>): AnnotationRule {
  return { arguments: new Map(Object.entries(taken)), elsewhere: new Map(Object.entries(elsewhere)) }
}

/** Every annotation with its arguments. */
export const ANNOTATIONS: ReadonlyMap<string, AnnotationRule> = new Map([
  [
    SHORT_FORM,
    annotation(
      {
        by,
        interval,
        premake,
        retention: duration('retention: "30 days"'),
        ...retention,
        tenant: field('tenant: projectId'),
        tenants: field('tenants: Project'),
        layout: choice(LAYOUTS, 'layout: list'),
        partitions,
        ...rangeOptions,
      },
      {
        after: 'Write retention: "30 days".',
        values: 'Levels of values are of the long form: @partman.list(by: region, values: ["eu"]).',
      },
    ),
  ],
  [
    TENANTS,
    annotation({ key: field('key: id'), trigger: rule(['boolean'], 'true or false', 'trigger: true') }, { by: asLevel, of: asLevel }),
  ],
  [
    'partman.list',
    annotation(
      {
        by: required(field('by: region')),
        values: rule(['array'], 'values in brackets', 'values: ["eu", ["us", "ca"]]'),
        tenants: field('tenants: Project'),
        default: withDefault,
      },
      { tenant: 'Write by: and the field that holds the tenant.' },
    ),
  ],
  [
    'partman.hash',
    annotation(
      {
        by: required(rule(['identifier', 'array'], 'a name without quotes, or several in brackets', 'by: [tenantId, kind]')),
        partitions: required(partitions),
      },
      { default: 'A hash leaves no row without a partition.' },
    ),
  ],
  [
    'partman.range',
    annotation(range, { retention: below, keep: below, maxSize: below, grace: below, drop: below, moveTo: below, after: below }),
  ],
  [RETENTION, annotation({ after: duration('after: "30 days"'), ...retention }, { retention: 'Write after: "30 days".' })],
])
