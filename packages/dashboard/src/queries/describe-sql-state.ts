/** The classes that a statement of ours may fail with: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CLASSES: Readonly<Record<string, string>> = {
  '08': 'connection exception',
  '0A': 'feature not supported',
  '21': 'cardinality violation',
  '22': 'data exception',
  '23': 'integrity constraint violation',
  '25': 'invalid transaction state',
  '28': 'invalid authorization specification',
  '2B': 'dependent privilege descriptors still exist',
  '2F': 'SQL routine exception',
  '3D': 'invalid catalog name',
  '3F': 'invalid schema name',
  '40': 'transaction rollback',
  '42': 'syntax error or access rule violation',
  '44': 'WITH CHECK OPTION violation',
  '53': 'insufficient resources',
  '54': 'program limit exceeded',
  '55': 'object not in prerequisite state',
  '57': 'operator intervention',
  '58': 'system error',
  P0: 'PL/pgSQL error',
  PT: 'a guard of partman',
  XX: 'internal error',
}

/** What a SQLSTATE tells by itself, without the words of the driver. */
export function describeSqlState(state: string): string {
  const name = CLASSES[state.slice(0, 2)]
  return `SQLSTATE ${state}${name === undefined ? '' : ` (${name})`}; operators see what the database said`
}
