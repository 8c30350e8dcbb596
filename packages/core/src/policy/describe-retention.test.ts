import { expect, test } from 'vitest'
import { describeRetention } from './describe-retention.js'

test('a retention says what it keeps, and what becomes of the rest', () => {
  expect([
    describeRetention({ kind: 'age', after: '30 days', grace: '24 hours' }),
    describeRetention({ kind: 'count', partitions: 1, grace: '7 days' }),
    describeRetention({ kind: 'count', partitions: 12, grace: '7 days', afterGrace: { kind: 'keep' } }),
    describeRetention({ kind: 'size', size: '20 GB', grace: '1 day', afterGrace: { kind: 'move', schema: 'archive' } }),
  ]).toEqual([
    '30 days, then 24 hours detached',
    '1 past partition, then 7 days detached',
    '12 past partitions, then kept detached',
    'up to 20 GB, then 1 day detached, then moved to archive',
  ])
})
