import assert from 'node:assert/strict'
import { createLinks } from '../../src/effects/links.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'

const project = '0f8e4a56-6a3b-8c0d-9e1f-0123456789ab' as ProjectId
const contact = 'ffffffff-0000-8000-8000-00000000000a' as ContactId

describe('Links in mails', () => {
  const links = createLinks({ publicUrl: 'https://mail.example/base/', secret: 'one secret' })
  const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

  it('stand below the public URL, one page for each purpose', () => {
    assert.match(
      links.unsubscribe(project, contact),
      /^https:\/\/mail\.example\/base\/unsubscribe\/[\w-]{64}$/,
    )
    assert.match(links.subscribe(project, contact), /^https:\/\/mail\.example\/base\/subscribe\/[\w-]{64}$/)
    assert.match(links.manage(project, contact), /^https:\/\/mail\.example\/base\/preferences\/[\w-]{64}$/)
  })

  it('are the same every time and read back for their purpose', () => {
    const url = links.unsubscribe(project, contact)
    assert.equal(url, links.unsubscribe(project, contact))
    assert.deepEqual(links.read('unsubscribe', tokenOf(url)), { projectId: project, contactId: contact })
  })

  it('say nothing for another purpose or another secret', () => {
    const token = tokenOf(links.unsubscribe(project, contact))
    assert.equal(links.read('subscribe', token), null)
    assert.equal(links.read('manage', token), null)
    assert.equal(
      createLinks({ publicUrl: 'https://mail.example', secret: 'two' }).read('unsubscribe', token),
      null,
    )
  })

  it('say nothing when any character is another, or missing, or too many', () => {
    const token = tokenOf(links.unsubscribe(project, contact))
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      assert.equal(links.read('unsubscribe', `${token.slice(0, at)}${other}${token.slice(at + 1)}`), null)
    }
    for (const wrong of ['', 'x', token.slice(1), `${token}A`, `${token}=`, `${token} `, `${token}%00`])
      assert.equal(links.read('unsubscribe', wrong), null)
  })
})
