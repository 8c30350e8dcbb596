import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { SAMPLE_ACTS, SAMPLE_READS } from '../fixtures/endpoint-samples.js'
import { type DocumentedOperation, OPERATIONS, SENT_DOCUMENT } from '../fixtures/openapi-operations.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) } })
ajv.addSchema({ $id: 'document', ...SENT_DOCUMENT })

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

function validatorOf({ responses }: DocumentedOperation, status: number, type: string): ValidateFunction {
  const schema = (responses[status] ?? responses['default'])?.content?.[type]?.schema
  if (!schema) throw new Error(`the document tells of no ${status} with ${type}`)
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')))
}

async function expectAnswer(operation: DocumentedOperation, response: Response, status: number): Promise<void> {
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const text = await response.text()
  expect([response.status, text], operation.id).toEqual([status, expect.any(String)])
  const validate = validatorOf(operation, response.status, type)
  validate(type === 'text/plain' ? text : JSON.parse(text))
  expect(validate.errors, `${operation.id}: ${text.slice(0, 500)}`).toBeNull()
}

const expectedStatus = ({ responses }: DocumentedOperation) => Number(Object.keys(responses).find((status) => status.startsWith('2')))

it('the samples are of the operations that the document tells of', () => {
  expect([...Object.keys(SAMPLE_READS), ...Object.keys(SAMPLE_ACTS)].sort()).toEqual(OPERATIONS.map(({ id }) => id).sort())
})

it('every schema refuses what is nothing', () => {
  for (const operation of OPERATIONS.filter(({ id }) => id !== 'get /api/v1/metrics')) {
    expect(validatorOf(operation, expectedStatus(operation), 'application/json')({}), operation.id).toBe(false)
  }
})

it.each(Object.entries(SAMPLE_READS))('%s answers as the document says', async (id, path) => {
  const operation = OPERATIONS.find((one) => one.id === id)!
  await expectAnswer(operation, await demo.get(path), 200)
  if (operation.role !== 'anyone') await expectAnswer(operation, await demo.get(path, { headers: { authorization: '' } }), 401)
})

describe('actions', () => {
  it.each(Object.entries(SAMPLE_ACTS))('%s answers as the document says', async (id, { path, body }) => {
    const operation = OPERATIONS.find((one) => one.id === id)!
    const sent = await body(async (from) => (await demo.get(from)).json())
    await expectAnswer(operation, await demo.post(path, sent), expectedStatus(operation))
    await expectAnswer(operation, await demo.post(path, {}), 400)
  })
})

it('the document itself is served where it says', async () => {
  const response = await demo
    .mount({ basePath: '/admin/partman' })
    .fetch(new Request('http://partman.test/admin/partman/api/v1/openapi.json'))
  expect([response.status, await response.json()]).toEqual([200, { ...SENT_DOCUMENT, servers: [{ url: '/admin/partman' }] }])
})
