import type { TenantSet } from '../policy/document.js'
import { constantSql, doBlock, joinSql, literal, type Sql } from '../sql/sql.js'
import { renderBookkeepingMarker } from './migration-marker.js'

/** The version of schema `partman` that this release installs and needs. */
export const BOOKKEEPING_VERSION = 1

/**
 * Schema `partman`: tenants, the maintainer's lease, runs, and the functions that migrations need where no program
 * runs. `prisma migrate reset` drops the application's schemas and leaves this one, so the block takes what is there as
 * it is; but the tenants of the tables that went, those of the given sets, are no longer tenants; who was
 * given settings of their own stay.
 */
export function renderBookkeeping(tenantSets: readonly Pick<TenantSet, 'name'>[] = [], partitionSchema = 'partman_partitions'): Sql {
  const names = joinSql(
    tenantSets.map(({ name }) => literal(name)),
    ', ',
  )
  const install = constantSql(
    INSTALL.replaceAll('$TENANT_SETS$', () => names).replace('$PARTITION_SCHEMA$', () => literal(partitionSchema)),
  )
  return constantSql(`${renderBookkeepingMarker(BOOKKEEPING_VERSION)}\n${doBlock(install)};\n`)
}

const INSTALL = `BEGIN
  IF pg_catalog.to_regnamespace('partman') IS NULL THEN
    CREATE SCHEMA partman;
  END IF;
  IF pg_catalog.to_regclass('partman.tenant') IS NOT NULL THEN
    DELETE FROM partman.tenant WHERE tenants = ANY (ARRAY[$TENANT_SETS$]::text[]) AND settings IS NULL;
    DELETE FROM partman.removal WHERE partition_schema = $PARTITION_SCHEMA$ AND tenants = ANY (ARRAY[$TENANT_SETS$]::text[]);
    RETURN;
  END IF;

  CREATE TABLE partman.tenant (
    tenants text NOT NULL CHECK (tenants <> ''),
    key text NOT NULL CHECK (key <> ''),
    registered_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    settings jsonb CHECK (pg_catalog.jsonb_typeof(settings) = 'object'),
    PRIMARY KEY (tenants, key)
  );
  COMMENT ON TABLE partman.tenant IS 'partman bookkeeping version ${BOOKKEEPING_VERSION}: the tenants that were registered, by tenant set';

  CREATE TABLE partman.removal (
    partition_schema text,
    tenants text CHECK (tenants <> ''),
    key text CHECK (key <> ''),
    removed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    removed_by text NOT NULL,
    reason text NOT NULL,
    grace_from timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    terms jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(terms) = 'object'),
    PRIMARY KEY (partition_schema, tenants, key)
  );
  COMMENT ON TABLE partman.removal IS 'The tenants that were removed: nothing is made for them, and their partitions go; terms say by table for how long they stand detached from grace_from on, and what becomes of them then';

  CREATE TABLE partman.lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    last_run_at timestamptz,
    last_run_ms bigint,
    sampled_at timestamptz,
    runs bigint NOT NULL DEFAULT 0,
    failed_runs bigint NOT NULL DEFAULT 0,
    cut_off_runs bigint NOT NULL DEFAULT 0,
    run_ms bigint NOT NULL DEFAULT 0,
    statements bigint NOT NULL DEFAULT 0,
    failed_steps bigint NOT NULL DEFAULT 0,
    lock_retries bigint NOT NULL DEFAULT 0,
    lock_wait_ms bigint NOT NULL DEFAULT 0
  );
  COMMENT ON TABLE partman.lease IS 'Which maintainer may act; the token grows with every change of holder; what the runs came to, idle ones included, since the first';

  CREATE TABLE partman.sample (
    table_schema text,
    table_name text,
    at timestamptz DEFAULT pg_catalog.clock_timestamp(),
    leaves int NOT NULL,
    bytes bigint NOT NULL,
    rows bigint,
    PRIMARY KEY (table_schema, table_name, at)
  );
  COMMENT ON TABLE partman.sample IS 'How large the tables were, four times a day: partitions that hold rows, bytes with indexes and TOAST, rows as estimated; retired partitions included';

  CREATE TABLE partman.alert (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition_schema text NOT NULL,
    rule text NOT NULL CHECK (rule <> ''),
    subject text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    message text NOT NULL,
    next_step text NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    resolved_at timestamptz
  );
  CREATE UNIQUE INDEX alert_unresolved ON partman.alert (partition_schema, rule, subject) WHERE resolved_at IS NULL;
  COMMENT ON TABLE partman.alert IS 'What the rules of alerting found: one row from when it is first seen until it is seen no more; subject is a model, with a code where it is about a finding, or empty';

  CREATE TABLE partman.alert_delivery (
    alert bigint REFERENCES partman.alert ON DELETE CASCADE,
    channel text CHECK (channel <> ''),
    event text CHECK (event IN ('raised', 'resolved')),
    attempts int NOT NULL DEFAULT 0,
    claimed_at timestamptz,
    delivered_at timestamptz,
    error text,
    PRIMARY KEY (alert, channel, event)
  );
  COMMENT ON TABLE partman.alert_delivery IS 'Who was told of an alert, and of its end, by channel; whoever delivers claims the row first';

  CREATE TABLE partman.request (
    digest text PRIMARY KEY,
    hash text NOT NULL,
    claim uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    answer text
  );
  COMMENT ON TABLE partman.request IS 'Requests with an idempotency key, and their answers, for a day';

  CREATE TABLE partman.approval (
    table_schema text,
    table_name text,
    retention jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(retention) = 'array'),
    approved_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    approved_by text NOT NULL,
    partitions jsonb NOT NULL DEFAULT '[]' CHECK (pg_catalog.jsonb_typeof(partitions) = 'array'),
    PRIMARY KEY (table_schema, table_name)
  );
  COMMENT ON TABLE partman.approval IS 'The retention that is in force, by table: one that keeps less waits until somebody approves of it; partitions are the object ids of those that were seen to go';

  CREATE TABLE partman.hold (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid,
    tenant text,
    lower text,
    upper text,
    reason text NOT NULL CHECK (reason <> ''),
    until timestamptz,
    held_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    held_by text NOT NULL,
    released_at timestamptz,
    released_by text
  );
  COMMENT ON TABLE partman.hold IS 'What nothing may retire or drop: the rows of a table, of one tenant or of all, from lower to before upper, until it is released; table_oid knows a table that is renamed';

  CREATE TABLE partman.hook_call (
    partition oid,
    phase text CHECK (phase IN ('before-detach', 'before-drop')),
    relation text NOT NULL,
    pg_class_xmin xid,
    stale boolean NOT NULL DEFAULT false,
    attempts int NOT NULL DEFAULT 0,
    started_at timestamptz,
    finished_at timestamptz,
    decision text CHECK (decision IN ('proceed', 'keep', 'retry')),
    retry_at timestamptz,
    reason text,
    PRIMARY KEY (partition, phase)
  );
  COMMENT ON TABLE partman.hook_call IS 'What the hooks of the application said about partitions that are to go; stale: they are to be asked anew, where there are any';

  CREATE TABLE partman.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    actor text NOT NULL,
    act text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    subject text,
    details jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(details) = 'object'),
    reason text
  );
  COMMENT ON TABLE partman.audit IS 'Who retired, dropped, held, released, restored and approved what, and why; written in the transaction of the act; it only grows';

  CREATE FUNCTION partman.refuse_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog AS $refuse_change$
  BEGIN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = pg_catalog.format('%I.%I only grows: %s is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP),
      HINT = 'Its owner can take the trigger off, do what has to be done, and put it on again.';
  END
  $refuse_change$;
  CREATE TRIGGER partman_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON partman.audit FOR EACH STATEMENT EXECUTE FUNCTION partman.refuse_change();

  CREATE TABLE partman.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lease text NOT NULL,
    holder text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    outcome text CHECK (outcome IN ('done', 'failed', 'cut-off')),
    report jsonb
  );
  COMMENT ON TABLE partman.run IS 'Maintenance runs that did something, failed, or were cut off: begun and never ended';

  -- The first instant of a local date: of two midnights the earlier, where there is none the first instant after it. The
  -- earlier is the one by the offset of the day before.
  CREATE FUNCTION partman.start_of_day(day date, time_zone text) RETURNS timestamptz
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $start_of_day$
    SELECT CASE WHEN early AT TIME ZONE time_zone = midnight THEN LEAST(early, late) ELSE late END
    FROM (SELECT day::timestamp AS midnight, day::timestamp AT TIME ZONE time_zone AS late) AS told
    CROSS JOIN LATERAL (
      SELECT (midnight - ((late - interval '24 hours') AT TIME ZONE time_zone - (late - interval '24 hours') AT TIME ZONE 'UTC')) AT TIME ZONE 'UTC' AS early
    ) AS by_the_day_before
  $start_of_day$;

  -- Where window number n begins. unit: 'elapsed' (step in milliseconds, origin in milliseconds since 1970), 'days' or
  -- 'months' (of local dates, origin in days since 1970-01-01).
  CREATE FUNCTION partman.window_start(unit text, step bigint, origin bigint, time_zone text, n bigint) RETURNS timestamptz
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $window_start$
    SELECT CASE unit
      WHEN 'elapsed' THEN '1970-01-01 00:00:00+00'::timestamptz + (origin + n * step) * interval '1 millisecond'
      WHEN 'days' THEN partman.start_of_day('1970-01-01'::date + (origin + n * step)::int, time_zone)
      WHEN 'months' THEN partman.start_of_day(('1970-01-01'::date + origin::int + pg_catalog.make_interval(months => (n * step)::int))::date, time_zone)
    END
  $window_start$;

  -- The number of the window that holds an instant.
  CREATE FUNCTION partman.window_index(unit text, step bigint, origin bigint, time_zone text, instant timestamptz) RETURNS bigint
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $window_index$
    WITH origin_date AS (
      -- Milliseconds are no days, and a planner that knows the arguments adds them whether they are asked for or not.
      SELECT '1970-01-01'::date + CASE unit WHEN 'elapsed' THEN 0 ELSE origin END::int AS first, (instant AT TIME ZONE time_zone)::date AS here
    ), here AS (
      SELECT CASE unit
        WHEN 'elapsed' THEN pg_catalog.floor((EXTRACT(EPOCH FROM instant) * 1000 - origin) / step)
        WHEN 'days' THEN (SELECT pg_catalog.floor((here - first)::numeric / step) FROM origin_date)
        WHEN 'months' THEN (
          SELECT pg_catalog.floor(((EXTRACT(YEAR FROM here) - EXTRACT(YEAR FROM first)) * 12 + EXTRACT(MONTH FROM here) - EXTRACT(MONTH FROM first)
            - CASE WHEN EXTRACT(DAY FROM here) < EXTRACT(DAY FROM first) THEN 1 ELSE 0 END)::numeric / step)
          FROM origin_date)
      END::bigint AS n
    )
    SELECT CASE WHEN partman.window_start(unit, step, origin, time_zone, n + 1) <= instant THEN n + 1 ELSE n END FROM here
  $window_index$;

  -- The window that holds the instant, so many after it, and at most so many before it as far back as the one that holds 'since'.
  CREATE FUNCTION partman.windows(
    unit text, step bigint, origin bigint, time_zone text, ahead int, instant timestamptz, behind int DEFAULT 0, since timestamptz DEFAULT NULL
  ) RETURNS TABLE (lower timestamptz, upper timestamptz)
  LANGUAGE sql STABLE SET search_path = pg_catalog AS $windows$
    WITH here AS (
      SELECT partman.window_index(unit, step, origin, time_zone, instant) AS n,
        COALESCE(partman.window_index(unit, step, origin, time_zone, since), partman.window_index(unit, step, origin, time_zone, instant)) AS first
    ), bounds AS (
      SELECT partman.window_start(unit, step, origin, time_zone, k) AS lower, partman.window_start(unit, step, origin, time_zone, k + 1) AS upper
      FROM here, pg_catalog.generate_series(LEAST(n, GREATEST(first, n - behind)), n + ahead) AS k
    )
    -- A date that the time zone left out has no instants.
    SELECT lower, upper FROM bounds WHERE lower < upper ORDER BY lower
  $windows$;

  -- A number in the digits of an alphabet.
  CREATE FUNCTION partman.encode_digits(value bigint, alphabet text, digits int) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog AS $encode_digits$
  DECLARE
    base bigint := pg_catalog.length(alphabet);
    encoded text := '';
  BEGIN
    FOR place IN 1..digits LOOP
      encoded := pg_catalog.substr(alphabet, (value % base)::int + 1, 1) || encoded;
      value := value / base;
    END LOOP;
    RETURN encoded;
  END
  $encode_digits$;

  -- Stem and suffix in at most 63 bytes: where the stem has to be cut, a hash of all of it stands in for the rest.
  CREATE FUNCTION partman.join_name(stem text, suffix text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $join_name$
    SELECT CASE
      WHEN pg_catalog.octet_length(stem) + 1 + pg_catalog.octet_length(suffix) <= 63 THEN stem || '_' || suffix
      ELSE (
        SELECT pg_catalog.left(stem, n) FROM pg_catalog.generate_series(pg_catalog.length(stem), 0, -1) AS n
        WHERE pg_catalog.octet_length(pg_catalog.left(stem, n)) <= 63 - 2 - 8 - pg_catalog.octet_length(suffix) LIMIT 1
      ) || '_' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(stem, 'UTF8')), 'hex'), 8) || '_' || suffix
    END
  $join_name$;

  -- What can be read of a tenant's key, and a hash of all of it.
  CREATE FUNCTION partman.value_label(key text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $value_label$
    SELECT pg_catalog.concat_ws('_', NULLIF(readable, ''), hash)
    FROM (
      SELECT
        pg_catalog.btrim(pg_catalog.left(pg_catalog.regexp_replace(
          pg_catalog.translate(key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), '[^a-z0-9]+', '_', 'g'), 16), '_') AS readable,
        pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(key, 'UTF8')), 'hex'), 10) AS hash
    ) AS part
  $value_label$;
END`
