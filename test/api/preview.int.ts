import assert from 'node:assert/strict'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf } from '../support/http.js'

describe('the preview of a template', () => {
  let api: TestApi
  let project: TestProject
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  after(() => api.close())

  const preview = async (template: object, body?: object) => {
    const given = { name: 'n', subject: 's', body: 'b', from: 'us@example.com', type: 'TRANSACTIONAL' }
    const made = await project.call('POST', '/templates', { body: { ...given, ...template } })
    return project.call('POST', `/templates/${made.at('id')}/preview`, body === undefined ? {} : { body })
  }

  it('shows subject, body and text as a contact gets them', async () => {
    const person = { email: 'ann@example.com', data: { name: 'Ann', plan: '<b>' } }
    const contact = await project.call('POST', '/contacts', { body: person })
    const reply = await preview(
      {
        subject: '{{ name }} {{ event.total }}',
        body: '<p>{{ contact.data.plan }} {{ total }} {{ email }} {{ contact.id }}</p>',
        text: '{{ data.plan }} {{ name }}',
      },
      { contactId: contact.at('id'), data: { total: 5 } },
    )
    assert.equal(reply.status, 200)
    assert.deepEqual(reply.body, {
      subject: 'Ann 5',
      body: `<p>&lt;b&gt; 5 ann@example.com ${contact.at('id')}</p>`,
      text: '<b> Ann',
    })
  })

  it('makes the text from the HTML where there is none', async () => {
    const reply = await preview({ body: '<p>Hello <b>you</b></p>' }, {})
    assert.match(String(reply.at('text')), /^Hello you/)
  })

  it('needs no contact: data stands for everything', async () => {
    const body = '{{ name }} {{ data.name }} {{ event.name }} {{ contact.data.name }}'
    const reply = await preview({ body }, { data: { name: 'Ann' } })
    assert.equal(reply.at('body'), 'Ann Ann Ann Ann')
    assert.equal((await preview({ body: 'x' })).status, 200)
  })

  it('has links to leave by', async () => {
    const reply = await preview({ body: '{{ unsubscribeUrl }} {{ subscribeUrl }} {{ manageUrl }}' }, {})
    assert.equal(String(reply.at('body')).match(/http:\/\/localhost\//g)?.length, 3)
  })

  it('refuses what cannot be rendered, contacts of nobody and unknown fields', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000'
    const unknown = await preview({}, { contactId: nobody })
    assert.deepEqual([unknown.status, unknown.at('error.code')], [404, 'CONTACT_NOT_FOUND'])
    assert.deepEqual(faultsOf(await preview({}, { x: 1, contactId: 'y' })), {
      x: 'unknown_field',
      contactId: 'invalid_format',
    })
    const slow = await preview({ body: '{% for i in (1..9000000) %}{{ i }}{% endfor %}' }, {})
    assert.equal(slow.status, 422)
  })
})
