/** Writes `server_version_num` as people do: 180004 is 18.4. https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQSERVERVERSION */
export function formatServerVersion(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`
}
