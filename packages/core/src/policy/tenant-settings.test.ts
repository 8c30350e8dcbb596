import { expect, it } from 'vitest'
import { parseTenantSettings } from './tenant-settings.js'

it.each([{}, { retention: '90 days' }, { retention: null }, { premake: 20 }, { retention: '1 quarter', premake: 1 }])(
  '%j are settings',
  (value) => {
    expect(parseTenantSettings(value)).toEqual(value)
  },
)

it.each([
  [{ retention: '90' }, /^retention: /],
  [{ retention: 90 }, /^retention: /],
  [{ premake: 0 }, /^premake: /],
  [{ premake: 1.5 }, /^premake: /],
  [{ premake: '3', retention: 'never' }, /^retention: .*; premake: /],
  [{ retentions: '90 days' }, /retentions/],
  [[], /./],
  ['90 days', /./],
  [null, /./],
])('%j are not', (value, problem) => {
  expect(parseTenantSettings(value)).toEqual({ problem: expect.stringMatching(problem) })
})
