import { expect, it } from 'vitest'
import { byTime } from '../fixtures/policies.js'
import type { Bound } from './bound.js'
import { keyAxis } from './key-axis.js'
import { placeSpans } from './range-span.js'

it('a bound is placed by the level that it is of, also where another one shares the axis', () => {
  const flat = byTime()
  const ofTenants = byTime({ prefix: { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } })
  const axis = keyAxis(flat)
  const bound: Bound = {
    kind: 'range',
    from: [{ value: 'a' }, { value: '2026-03-01 00:00:00+00' }],
    to: [{ value: 'a' }, { value: '2026-03-02 00:00:00+00' }],
  }
  const partition = { schema: 's', name: 'p', oid: '1', bound, partitionBy: null, partitions: [], detachPending: false }
  const placed = () => [ofTenants, flat, ofTenants].map((policy) => [...placeSpans(policy, axis, [partition]).series.keys()])
  expect(placed()).toEqual([['a'], [], ['a']])
  expect(placeSpans(flat, axis, [partition]).unplaced).toEqual([partition])
})
