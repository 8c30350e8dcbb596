import type { PartmanDocument } from '@partman/core'
import type * as runtime from '@prisma/client/runtime/client'
import type { PartitionedModelName } from './config-types.js'

type Policy = PartmanDocument['tables'][number]['policy']

/** The fields any of which prunes, of all levels. Of a hash nothing is said: it takes all of its fields at once. */
type KeyFieldOf<Of> = Of extends { readonly prefix: { readonly by: { readonly field: infer Field extends string } } }
  ? Field | BelowOf<Of>
  : Of extends { readonly by: { readonly field: infer Field extends string } }
    ? Field | BelowOf<Of>
    : BelowOf<Of>

type BelowOf<Of> = Of extends { readonly subpartition: infer Below extends Policy } ? KeyFieldOf<Below> : never

type KeyField<Config extends PartmanDocument, Model extends PartitionedModelName<Config>> = KeyFieldOf<
  Extract<Config['tables'][number], { readonly model: Model }>['policy']
>

/** Has at least one of these fields, and a value for it. */
type Binding<Field extends string> = { [One in Field]: { readonly [Of in One]: NonNullable<unknown> } }[Field]

/** The operations on any number of rows; those on one row name all of its key. */
type OnManyRows =
  | 'findFirst'
  | 'findFirstOrThrow'
  | 'findMany'
  | 'count'
  | 'aggregate'
  | 'groupBy'
  | 'updateMany'
  | 'updateManyAndReturn'
  | 'deleteMany'

/** A model whose queries have to bind a key. */
export type StrictModel<Model, Field extends string> = [Field] extends [never]
  ? Model
  : Omit<Model, OnManyRows> & {
      [Operation in OnManyRows & keyof Model]: <Args extends runtime.Types.Public.Args<Model, Operation>>(
        args: runtime.Types.Public.Exact<Args, runtime.Types.Public.Args<Model, Operation>> & { readonly where: Binding<Field> },
      ) => runtime.Types.Public.PrismaPromise<runtime.Types.Public.Result<Model, Args, Operation>>
    }

/** A client on which a query that binds no key of a partitioned model is a type error. */
export type StrictClient<Client, Config extends PartmanDocument> = Omit<Client, Uncapitalize<PartitionedModelName<Config>>> & {
  [Model in PartitionedModelName<Config> as Uncapitalize<Model>]: Uncapitalize<Model> extends keyof Client
    ? StrictModel<Client[Uncapitalize<Model>], KeyField<Config, Model>>
    : never
}

/**
 * Returns the same client with stricter types: a `where` on a partitioned model has to name a key at its top. What is meant to look into
 * all partitions goes to the client that was given. At run time nothing is different; `pruning: 'error'` refuses then.
 */
export function strictClient<Client extends object, const Config extends PartmanDocument>(
  client: Client,
  _config: Config,
): StrictClient<Client, Config> {
  return client as unknown as StrictClient<Client, Config>
}
