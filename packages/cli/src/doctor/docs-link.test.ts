import { expect, test } from 'vitest'
import { docsLink } from './docs-link.js'

test.each([
  [undefined, 'docs/doctor.md#run_failed'],
  ['git+https://github.com/owner/name.git', 'https://github.com/owner/name/blob/HEAD/docs/doctor.md#run_failed'],
  ['https://gitlab.com/group/sub/name', 'https://gitlab.com/group/sub/name/-/blob/HEAD/docs/doctor.md#run_failed'],
  ['git@example.com:owner/name', 'docs/doctor.md#run_failed'],
])('%s', (repository, link) => {
  expect(docsLink('docs/doctor.md#run_failed', repository)).toBe(link)
})
