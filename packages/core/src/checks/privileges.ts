import { identifier, qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import type { MissingPrivilege, ServerCheck } from './server-facts.js'

export const privilegesCheck: ServerCheck = {
  name: 'privileges of the role',
  needs: ['server'],
  find: ({ server: { role, missingPrivileges } }) =>
    missingPrivileges.map((missing) => ({
      code: 'PRIVILEGE_MISSING',
      severity: 'error',
      message: `${role} lacks ${describe(missing)}`,
      reason:
        missing.on === 'schema' && missing.privilege === 'CREATE'
          ? 'No partition can be made there: rows are refused once those that there are have passed.'
          : 'The maintainer keeps its lease, its runs and the tenants there, and cannot run without.',
      nextStep:
        'Let the owner grant it to the role that maintains, and to no other; or let the role that owns the tables do the maintenance.',
      choices: [{ label: `where ${role} is the role that maintains`, sql: grant(role, missing) }],
    })),
}

function describe(missing: MissingPrivilege): string {
  return missing.on === 'schema'
    ? `${missing.privilege} on the schema ${missing.schema}`
    : `${missing.privileges.join(', ')} on ${formatTableName(missing.table)}`
}

function grant(role: string, missing: MissingPrivilege): string {
  if (missing.on === 'schema') {
    const schema = identifier(missing.schema)
    return missing.privilege === 'CREATE'
      ? sql`GRANT CREATE ON SCHEMA ${schema} TO ${identifier(role)};`
      : sql`GRANT USAGE ON SCHEMA ${schema} TO ${identifier(role)};`
  }
  return `GRANT ${missing.privileges.join(', ')} ON ${qualified(missing.table)} TO ${identifier(role)};`
}
