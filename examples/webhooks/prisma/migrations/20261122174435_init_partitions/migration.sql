-- partman bookkeeping version 1
DO $partman$
BEGIN
  IF pg_catalog.to_regnamespace('partman') IS NULL THEN
    CREATE SCHEMA partman;
  END IF;
  IF pg_catalog.to_regclass('partman.tenant') IS NOT NULL THEN
    DELETE FROM partman.tenant WHERE tenants = ANY (ARRAY['Project']::text[]);
    RETURN;
  END IF;

  CREATE TABLE partman.tenant (
    tenants text NOT NULL,
    key text NOT NULL CHECK (key <> ''),
    registered_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (tenants, key)
  );
  COMMENT ON TABLE partman.tenant IS 'partman bookkeeping version 1: the tenants that were registered, by tenant set';

  CREATE TABLE partman.lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    last_run_at timestamptz
  );
  COMMENT ON TABLE partman.lease IS 'Which maintainer may act; the token grows with every change of holder';

  CREATE TABLE partman.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    holder text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    report jsonb
  );
  COMMENT ON TABLE partman.run IS 'Maintenance runs that did something, failed, or never finished';

  -- The first instant of a local date: of two midnights the earlier, where there is none the first instant after it.
  CREATE FUNCTION partman.start_of_day(day date, time_zone text) RETURNS timestamptz
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $start_of_day$
    SELECT CASE
      WHEN (late - interval '1 hour') AT TIME ZONE time_zone = day::timestamp THEN late - interval '1 hour'
      ELSE late
    END
    FROM (SELECT day::timestamp AT TIME ZONE time_zone AS late) AS midnight
  $start_of_day$;

  -- Where window number n begins. unit: 'elapsed' (step in milliseconds), 'days' or 'months' (of local dates).
  CREATE FUNCTION partman.window_start(unit text, step bigint, origin int, time_zone text, n bigint) RETURNS timestamptz
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $window_start$
    SELECT CASE unit
      WHEN 'elapsed' THEN partman.start_of_day('1970-01-01', time_zone) + n * step * interval '1 millisecond'
      WHEN 'days' THEN partman.start_of_day('1970-01-01'::date + (origin + n * step)::int, time_zone)
      WHEN 'months' THEN partman.start_of_day(('1970-01-01'::date + pg_catalog.make_interval(months => (n * step)::int))::date, time_zone)
    END
  $window_start$;

  -- The window that holds the instant, and so many after it.
  CREATE FUNCTION partman.windows(unit text, step bigint, origin int, time_zone text, ahead int, instant timestamptz)
  RETURNS TABLE (lower timestamptz, upper timestamptz)
  LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $windows$
    WITH here AS (
      SELECT CASE unit
        WHEN 'elapsed' THEN pg_catalog.floor(EXTRACT(EPOCH FROM instant - partman.start_of_day('1970-01-01', time_zone)) * 1000 / step)
        WHEN 'days' THEN pg_catalog.floor(((instant AT TIME ZONE time_zone)::date - '1970-01-01'::date - origin)::numeric / step)
        WHEN 'months' THEN pg_catalog.floor(
          ((EXTRACT(YEAR FROM instant AT TIME ZONE time_zone) - 1970) * 12 + EXTRACT(MONTH FROM instant AT TIME ZONE time_zone) - 1)::numeric / step)
      END::bigint AS n
    ), current_window AS (
      SELECT CASE WHEN partman.window_start(unit, step, origin, time_zone, n + 1) <= instant THEN n + 1 ELSE n END AS n FROM here
    )
    SELECT partman.window_start(unit, step, origin, time_zone, n + k), partman.window_start(unit, step, origin, time_zone, n + k + 1)
    FROM current_window, pg_catalog.generate_series(0, ahead) AS k
    ORDER BY k
  $windows$;

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
  CREATE FUNCTION partman.tenant_partition_name(stem text, key text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $tenant_partition_name$
    SELECT partman.join_name(stem, pg_catalog.concat_ws('_', NULLIF(readable, ''), hash))
    FROM (
      SELECT
        pg_catalog.btrim(pg_catalog.left(pg_catalog.regexp_replace(
          pg_catalog.translate(key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), '[^a-z0-9]+', '_', 'g'), 16), '_') AS readable,
        pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(key, 'UTF8')), 'hex'), 10) AS hash
    ) AS part
  $tenant_partition_name$;
END
$partman$;

-- partman schema of the partitions
DO $partman$
BEGIN
  IF pg_catalog.to_regnamespace('"partman_partitions"') IS NULL THEN
    CREATE SCHEMA "partman_partitions";
  END IF;
END
$partman$;


-- partman table ["public","audit_log"]
-- First partitions of public.audit_log: the present 1 month and 3 ahead (UTC)
DO $partman$
DECLARE
  part record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."audit_log"')::oid) THEN
    LOCK TABLE ONLY "public"."audit_log" IN ACCESS EXCLUSIVE MODE;
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."audit_log"')::oid) THEN
    RETURN;
  END IF;
  FOR part IN SELECT * FROM partman.windows('months', 1, 0, 'UTC', 3, pg_catalog.clock_timestamp()) LOOP
    EXECUTE pg_catalog.format(
      'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
      'partman_partitions', partman.join_name('audit_log', pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', '"p"YYYYMM')),
      'public', 'audit_log', pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), pg_catalog.to_char(part.upper AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'));
  END LOOP;
END
$partman$;


-- partman table ["public","event"]
-- First partitions of public.event: one per tenant, each with the present 1 day and 10 ahead (UTC)
DO $partman$
DECLARE
  tenant text;
  tenant_partition text;
  part record;
  tables_left int := pg_catalog.current_setting('max_locks_per_transaction')::int
    * pg_catalog.current_setting('max_connections')::int / 2 / 8 / 3;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."event"')::oid) THEN
    LOCK TABLE ONLY "public"."event" IN ACCESS EXCLUSIVE MODE;
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."event"')::oid) THEN
    RETURN;
  END IF;
  FOR tenant IN SELECT t.key COLLATE "C" FROM partman.tenant t WHERE t.tenants = 'Project' UNION SELECT s."id"::text COLLATE "C" FROM "public"."project" s WHERE s."id"::text <> '' ORDER BY 1 LOOP
    tables_left := tables_left - 12;
    EXIT WHEN tables_left < 0;
    tenant_partition := partman.tenant_partition_name('event', tenant);
    EXECUTE pg_catalog.format(
      'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES IN (%L) PARTITION BY RANGE (%I)',
      'partman_partitions', tenant_partition, 'public', 'event', tenant, 'received_at');
    FOR part IN SELECT * FROM partman.windows('days', 1, 0, 'UTC', 10, pg_catalog.clock_timestamp()) LOOP
      EXECUTE pg_catalog.format(
        'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
        'partman_partitions', partman.join_name(tenant_partition, pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', '"p"YYYYMMDD')),
        'partman_partitions', tenant_partition, pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), pg_catalog.to_char(part.upper AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'));
    END LOOP;
  END LOOP;
END
$partman$;


-- partman table ["public","delivery_attempt"]
-- First partitions of public.delivery_attempt: one per tenant, each with the present 1 day and 10 ahead (UTC)
DO $partman$
DECLARE
  tenant text;
  tenant_partition text;
  part record;
  tables_left int := pg_catalog.current_setting('max_locks_per_transaction')::int
    * pg_catalog.current_setting('max_connections')::int / 2 / 8 / 3;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."delivery_attempt"')::oid) THEN
    LOCK TABLE ONLY "public"."delivery_attempt" IN ACCESS EXCLUSIVE MODE;
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass('"public"."delivery_attempt"')::oid) THEN
    RETURN;
  END IF;
  FOR tenant IN SELECT t.key COLLATE "C" FROM partman.tenant t WHERE t.tenants = 'Project' UNION SELECT s."id"::text COLLATE "C" FROM "public"."project" s WHERE s."id"::text <> '' ORDER BY 1 LOOP
    tables_left := tables_left - 12;
    EXIT WHEN tables_left < 0;
    tenant_partition := partman.tenant_partition_name('delivery_attempt', tenant);
    EXECUTE pg_catalog.format(
      'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES IN (%L) PARTITION BY RANGE (%I)',
      'partman_partitions', tenant_partition, 'public', 'delivery_attempt', tenant, 'attempted_at');
    FOR part IN SELECT * FROM partman.windows('days', 1, 0, 'UTC', 10, pg_catalog.clock_timestamp()) LOOP
      EXECUTE pg_catalog.format(
        'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
        'partman_partitions', partman.join_name(tenant_partition, pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', '"p"YYYYMMDD')),
        'partman_partitions', tenant_partition, pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), pg_catalog.to_char(part.upper AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'));
    END LOOP;
  END LOOP;
END
$partman$;
