import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { rawExchange, rawRequest } from '../support/raw.js'

const MIB = 1024 * 1024
const OK = { name: 'n', eventName: 'e' }
const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`

describe('the body of a request', () => {
  let api: TestApi
  let project: TestProject
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  after(() => api.close())
  const post = async (
    body: string | Buffer | ReadableStream | undefined,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${api.url}/workflows`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${project.secretKey}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    })
    const { error } = (await answer.json()) as {
      error?: { code: string; message: string; requestId: string }
    }
    return { status: answer.status, code: error?.code, message: error?.message ?? '', error }
  }
  const chunked = (bytes: Buffer, times: number) =>
    new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < times; at += 1) controller.enqueue(bytes)
        controller.close()
      },
    })

  const read: readonly (readonly [string, string | Buffer, Record<string, string>?])[] = [
    ['plain', JSON.stringify(OK)],
    ['with a charset', JSON.stringify(OK), { 'Content-Type': 'application/json; charset=UTF-8' }],
    ['in another case', JSON.stringify(OK), { 'Content-Type': 'Application/JSON;charset=utf-8' }],
    ['identity', JSON.stringify(OK), { 'Content-Encoding': 'identity' }],
    ['behind a byte order mark', `\ufeff${JSON.stringify(OK)}`],
    ['with blanks around', ` \r\n${JSON.stringify(OK)}\t `],
    ['of just 1 MiB', JSON.stringify(OK).padEnd(MIB)],
    ['with brackets in a string', JSON.stringify({ ...OK, description: '[{"\\'.repeat(100) })],
  ]
  for (const [title, body, headers] of read)
    it(`is read ${title}`, async () => {
      assert.equal((await post(body, headers)).status, 201)
    })

  const refused: readonly (readonly [
    string,
    string | Buffer | undefined,
    number,
    string,
    Record<string, string>?,
  ])[] = [
    ['none', undefined, 400, 'BAD_REQUEST'],
    ['empty', '', 400, 'BAD_REQUEST'],
    ['blank', '  ', 400, 'BAD_REQUEST'],
    ['broken', '{"name":', 400, 'BAD_REQUEST'],
    ['a word', 'undefined', 400, 'BAD_REQUEST'],
    ['with single quotes', "{'name':'n'}", 400, 'BAD_REQUEST'],
    ['with something behind', `${JSON.stringify(OK)}x`, 400, 'BAD_REQUEST'],
    ['two values', `${JSON.stringify(OK)}${JSON.stringify(OK)}`, 400, 'BAD_REQUEST'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'BAD_REQUEST'],
    ['UTF-16', Buffer.from(JSON.stringify(OK), 'utf16le'), 400, 'BAD_REQUEST'],
    ['a number beyond all', '{"name":1e400,"eventName":"e"}', 400, 'BAD_REQUEST'],
    ['a number beyond all below', '{"name":-1e999,"eventName":"e"}', 400, 'BAD_REQUEST'],
    ['NaN', '{"name":NaN}', 400, 'BAD_REQUEST'],
    ['33 levels', nested(33), 400, 'BAD_REQUEST'],
    ['100,000 levels', nested(100_000), 400, 'BAD_REQUEST'],
    ['100,000 open brackets', '['.repeat(100_000), 400, 'BAD_REQUEST'],
    ['__proto__', '{"name":"n","eventName":"e","__proto__":{"x":1}}', 400, 'BAD_REQUEST'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', 400, 'BAD_REQUEST'],
    ['constructor within', '{"a":[{"b":{"constructor":{"prototype":1}}}]}', 400, 'BAD_REQUEST'],
    ['prototype', '{"prototype":1}', 400, 'BAD_REQUEST'],
    ['a list', '[]', 422, 'VALIDATION_ERROR'],
    ['null', 'null', 422, 'VALIDATION_ERROR'],
    ['text', '"x"', 422, 'VALIDATION_ERROR'],
    ['a number', '12345678901234567890', 422, 'VALIDATION_ERROR'],
    ['true', 'true', 422, 'VALIDATION_ERROR'],
    ['32 levels', nested(32), 422, 'VALIDATION_ERROR'],
    [
      '50,000 attributes',
      JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`a${at}`, 1]))),
      422,
      'VALIDATION_ERROR',
    ],
    ['over 1 MiB', JSON.stringify(OK).padEnd(MIB + 1), 413, 'PAYLOAD_TOO_LARGE'],
    ['10 MB', Buffer.alloc(10_000_000, 0x20), 413, 'PAYLOAD_TOO_LARGE'],
    ['10 MB that is no JSON', Buffer.alloc(10_000_000, 0x5b), 413, 'PAYLOAD_TOO_LARGE'],
    ['plain text', JSON.stringify(OK), 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Type': 'text/plain' }],
    [
      'a form',
      'name=n',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    ['nearly JSON', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Type': 'application/jsonx' }],
    [
      'JSON of a kind',
      '{}',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      { 'Content-Type': 'application/merge-patch+json' },
    ],
    ['Latin-1', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Type': 'application/json; charset=latin1' }],
    ['no type', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Type': '' }],
    ['gzip', gzipSync(JSON.stringify(OK)), 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Encoding': 'gzip' }],
    [
      'a bomb',
      gzipSync(Buffer.alloc(100 * MIB)),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      { 'Content-Encoding': 'gzip' },
    ],
    ['an unknown coding', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'Content-Encoding': 'x' }],
  ]
  for (const [title, body, status, code, headers] of refused)
    it(`is refused: ${title}`, async () => {
      const startedMs = performance.now()
      const reply = await post(body, headers)
      assert.deepEqual([reply.status, reply.code], [status, code])
      assert.ok(reply.error?.requestId)
      assert.doesNotMatch(reply.message, /Unexpected|JSON\.parse|position|\bat \S+:\d/)
      assert.ok(performance.now() - startedMs < 2_000)
    })

  it('is read in chunks, and refused beyond 1 MiB also without a length', async () => {
    assert.equal((await post(chunked(Buffer.from(JSON.stringify(OK)), 1))).status, 201)
    assert.equal((await post(chunked(Buffer.alloc(65_536, 0x20), 160))).status, 413)
  })

  it('that breaks off leaves no one waiting', async () => {
    const headers = [
      `Authorization: Bearer ${project.secretKey}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ]
    const reply = await rawExchange(api.url, rawRequest('POST /workflows', headers, 'zz\r\n'))
    assert.deepEqual([reply.status, JSON.parse(reply.body).error.code], [400, 'BAD_REQUEST'])
  })

  it('is not asked for where none is needed, and then says nothing', async () => {
    const made = await project.call('POST', '/workflows', { body: OK })
    const path = `/workflows/${made.at('id')}/duplicate`
    assert.equal((await project.call('POST', path)).status, 201)
    assert.equal((await project.call('POST', path, { body: {} })).status, 201)
    assert.equal((await project.call('POST', path, { body: { name: 'x' } })).status, 422)
    assert.equal((await project.call('POST', path, { body: [] })).status, 422)
    assert.equal(
      (await project.call('DELETE', path.replace('/duplicate', ''), { body: { projectId: 'x' } })).status,
      422,
    )
  })

  it('cannot name another project', async () => {
    const other = await api.newProject()
    const reply = await project.call('POST', `/workflows?projectId=${other.id}`, {
      body: OK,
      headers: { 'X-Project-Id': other.id },
    })
    assert.equal(reply.status, 201)
    assert.equal((await other.call('GET', '/workflows')).at('total'), 0)
  })
})
