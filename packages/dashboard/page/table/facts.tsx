import type { Level, TableDetail } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf, formatCount } from '../format/count.js'
import { formatDay } from '../format/instant.js'
import { href } from '../routing/location.js'

const KINDS: Readonly<Record<Level['kind'], string>> = {
  range: 'windows of time',
  'number-range': 'windows of numbers',
  list: 'lists of values',
  tenants: 'one part per tenant',
  hash: 'hash parts',
}

/** The terms of a table, as they are declared, and what they come to. */
export function Facts({ table, now }: { table: TableDetail; now: number }) {
  const { levels, interval, premake, retention, tenants, leaves, detached, bytes, rows, nextRetirement, holds, declaredAt, timeZone } =
    table
  return (
    <section class="card wide" aria-labelledby="facts-title">
      <h2 id="facts-title">Facts</h2>
      <dl class="facts">
        <div class="facts-wide">
          <dt>Partitioned by</dt>
          <dd>
            {levels.length === 0 && 'nothing'}
            {levels.map(({ method, columns, kind }, index) => (
              <span key={index}>
                {index > 0 && ', then '}
                <code>
                  {method} ({columns.join(', ')})
                </code>{' '}
                <span class="muted">{KINDS[kind]}</span>
              </span>
            ))}
          </dd>
        </div>
        <Fact name="Window" value={interval === null ? '–' : `${interval}${timeZone === null ? '' : `, ${timeZone}`}`} />
        <Fact name="Made ahead" value={premake === null ? '–' : countOf(premake, 'window')} />
        <Fact name="Retention" value={retention ?? 'keeps everything'} />
        <Fact
          name="Next to retire"
          value={nextRetirement === null ? '–' : Date.parse(nextRetirement) <= now ? 'due now' : formatDay(nextRetirement, now)}
        />
        <Fact name="Size" value={formatBytes(bytes)} />
        <Fact name="Rows" value={rows === null ? 'not analyzed yet' : `about ${formatCount(rows)}`} />
        <Fact name="Partitions" value={`${formatCount(leaves)}${detached > 0 ? `, and ${formatCount(detached)} detached` : ''}`} />
        {tenants !== null && <Fact name="Tenants" value={formatCount(tenants)} />}
        <div>
          <dt>Holds</dt>
          <dd>{holds === 0 ? 'none' : <a href={href(['holds'])}>{countOf(holds, 'hold')} in force</a>}</dd>
        </div>
        <Fact name="Declared at" value={declaredAt} />
      </dl>
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
