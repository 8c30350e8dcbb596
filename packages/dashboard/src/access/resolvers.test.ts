import { describe, expect, it } from 'vitest'
import { basicAuth } from './basic-auth.js'
import { bearerTokens } from './bearer-tokens.js'

const request = (authorization?: string) =>
  new Request('http://partman.test/', authorization === undefined ? {} : { headers: { authorization } })

describe('bearer tokens', () => {
  const resolve = bearerTokens([
    { token: 'first-token-of-all', user: 'ci', role: 'viewer' },
    { token: 'second-token-of-all', user: 'ada', role: 'admin' },
  ])

  it('know who bears one, and tell nobody the token', async () => {
    expect([await resolve(request('Bearer first-token-of-all')), await resolve(request('bearer  second-token-of-all'))]).toEqual([
      { user: 'ci', role: 'viewer' },
      { user: 'ada', role: 'admin' },
    ])
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer first-token-of-al',
    'Bearer first-token-of-all2',
    'Bearer first-token-of-all x',
    'Basic first-token-of-all',
    'first-token-of-all',
  ])('know nobody by %j', async (authorization) => {
    expect(await resolve(request(authorization))).toBeNull()
  })

  it('are long, and each is one bearer’s', () => {
    expect(() => bearerTokens([{ token: 'short', user: 'a', role: 'viewer' }])).toThrow(TypeError)
    const token = 'the-same-token-twice'
    expect(() =>
      bearerTokens([
        { token, user: 'a', role: 'viewer' },
        { token, user: 'b', role: 'admin' },
      ]),
    ).toThrow(TypeError)
  })
})

describe('basic auth', () => {
  const resolve = basicAuth([{ user: 'ada', password: 'correct horse: bätt€ry', role: 'operator' }])
  const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('knows a name with its password, colons and all', async () => {
    expect(await resolve(request(encode('ada:correct horse: bätt€ry')))).toEqual({ user: 'ada', role: 'operator' })
  })

  it.each([
    undefined,
    'Basic',
    'Basic !!!',
    encode('ada'),
    encode('ada:'),
    encode('ada:correct horse'),
    encode('Ada:correct horse: bätt€ry'),
    encode(':'),
    'Bearer YWRh',
  ])('knows nobody by %j', async (authorization) => {
    expect(await resolve(request(authorization))).toBeNull()
  })

  it('has the browser ask', () => {
    expect(resolve.challenge).toBe('Basic realm="partman", charset="UTF-8"')
  })

  it('takes no account that cannot be told apart, or guessed', () => {
    const account = { password: 'long enough it is', role: 'viewer' } as const
    for (const accounts of [
      [{ ...account, user: 'a:b' }],
      [{ ...account, user: '' }],
      [
        { ...account, user: 'a' },
        { ...account, user: 'a' },
      ],
      [{ ...account, user: 'a', password: 'short' }],
    ]) {
      expect(() => basicAuth(accounts)).toThrow(TypeError)
    }
  })
})
