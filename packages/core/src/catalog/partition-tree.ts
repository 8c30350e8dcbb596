/**
 * How every look at the partitions begins: `declared` are the tables of `$1` (schemas) and `$2` (names), `tree` is all that is below
 * them. Bounds of time keys print in the session's TimeZone and DateStyle, so both are pinned for this transaction: a join with
 * `pinned` is made before the select list is evaluated. Operators meet operands of their very own types, here as everywhere:
 * otherwise one that somebody made in schema public would fit better.
 */
export const PARTITION_TREE = `WITH RECURSIVE pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('TimeZone', 'UTC', true) || pg_catalog.set_config('DateStyle', 'ISO, YMD', true)
    || pg_catalog.set_config('search_path', 'pg_catalog', true) AS done
), declared AS (
  SELECT c.oid, n.nspname, c.relname
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS d (schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = d.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = d.name AND c.relkind IN ('r', 'p')
), tree AS (
  SELECT oid, NULL::oid AS parent, false AS pending FROM declared
  UNION ALL
  SELECT i.inhrelid, i.inhparent, i.inhdetachpending FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
)`
