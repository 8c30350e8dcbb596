import { identifier, qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import { lockLimited } from './lock-limited.js'
import type { RelationCheck } from './relation-facts.js'

/** Those that the role cannot act as are RELATION_ALIEN already. */
export const ownersCheck: RelationCheck = {
  name: 'owners of partitions',
  needs: ['relations'],
  find: ({ relations: { foreignOwners } }) =>
    foreignOwners
      .filter(({ isOurs }) => isOurs)
      .map(({ parent, parentOwner, owner, partitions }) => ({
        code: 'OWNER_DIFFERENT',
        severity: 'warning',
        message: `${formatTableName(partitions[0]!)}${partitions.length === 1 ? ' belongs' : ` and ${partitions.length - 1} more belong`} to ${owner}, and their parent ${formatTableName(parent)} to ${parentOwner}`,
        reason: 'A migration that alters the table is refused ("must be owner of table") where it is run by a role that is not both.',
        nextStep: 'Give the partitions the owner of their parent.',
        statements: partitions.map((partition) =>
          lockLimited(sql`ALTER TABLE ${qualified(partition)} OWNER TO ${identifier(parentOwner)}`),
        ),
      })),
}
