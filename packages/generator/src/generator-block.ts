/** Where the files go unless the generator block says otherwise; Prisma reads it relative to the file that has the block. */
export const DEFAULT_OUTPUT = '../generated/partman'

/** The settings of our generator block, besides those every generator has. */
export const SETTINGS = ['partitionSchema', 'retireAtMost'] as const

/** The PostgreSQL schema that partitions live in unless the generator block says otherwise. */
export const DEFAULT_PARTITION_SCHEMA = 'partman_partitions'

/** The file in the output folder that everything but the client extension reads. */
export const DOCUMENT_FILE = 'partman.json'

/** The file in the output folder that the client extension is given. */
export const CONFIG_FILE = 'partman.ts'
