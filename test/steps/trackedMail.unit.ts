import assert from 'node:assert/strict'
import { sendEmail } from '../../src/steps/sendEmail.js'
import { aStep, EXECUTION, PROJECT, STEP, someFacts } from '../support/effectFacts.js'
import { aTemplate, TEMPLATE, world } from '../support/effectTools.js'

describe('A tracked mail', () => {
  it('is rewritten in its HTML alone, and keeps the links to its subscription pages', async () => {
    const asked: unknown[] = []
    const { tools, mails } = world({
      step: aStep('SEND_EMAIL', { templateId: TEMPLATE }),
      template: aTemplate({ body: '<a href="https://shop.example">Shop</a>', type: 'MARKETING' }),
      tracking: {
        rewrite: (html, mail, untracked) => {
          asked.push(mail, untracked)
          return html.replace('https://shop.example', 'https://m.example/t/c/1')
        },
      },
    })
    await sendEmail.effect?.(sendEmail.config.parse({ templateId: TEMPLATE }), someFacts(), tools)
    assert.match(mails[0]?.html ?? '', /href="https:\/\/m\.example\/t\/c\/1"/)
    assert.match(mails[0]?.text ?? '', /https:\/\/shop\.example/)
    assert.deepEqual(asked[0], { projectId: PROJECT, executionId: EXECUTION, stepId: STEP })
    assert.equal((asked[1] as string[]).length, 3)
  })
})
