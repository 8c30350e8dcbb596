import openapiTS, { astToString } from 'openapi-typescript'
import { expect, it } from 'vitest'
import { openapiDocument } from './openapi-document.js'

const HEADING = '// Made from the OpenAPI document: `npx vitest run -u --project dashboard openapi-document` writes it anew.\n'

it('the types of the client are those of the OpenAPI document', async () => {
  const types = astToString(await openapiTS(JSON.parse(JSON.stringify(openapiDocument(''))), { defaultNonNullable: false }))
  await expect(HEADING + types).toMatchFileSnapshot('./openapi.ts')
})
