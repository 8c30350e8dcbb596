import { type Block, type RenderOptions, renderBlocks } from './guarded-block.js'
import type { Sql } from './sql.js'

/**
 * What is sent in one go. A block is one transaction, done whole or not at all, and can be joined with others; a statement that runs
 * concurrently has transactions of its own, and leaves something behind when it is cut off; a scan may take long, stops nobody
 * meanwhile, and can be begun again.
 */
export type Statement = ({ readonly kind: 'block' } & Block) | { readonly kind: 'concurrent' | 'scan'; readonly sql: Sql }

export function renderStatement(statement: Statement, options: RenderOptions): Sql {
  return statement.kind === 'block' ? renderBlocks([statement], options) : statement.sql
}
