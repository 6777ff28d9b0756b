import assert from 'node:assert/strict'
import { parseField } from '../../src/workflow/field.js'

describe('A field', () => {
  const paths: Record<string, string> = {
    'contact.id': 'contact.id',
    'contact.email': 'contact.email',
    'contact.subscribed': 'contact.subscribed',
    'contact.createdAt': 'contact.createdAt',
    'contact.updatedAt': 'contact.updatedAt',
    'contact.data.plan': 'contact.data.plan',
    'contact.data.a.b.0': 'contact.data.a.b.0',
    'data.plan': 'contact.data.plan',
    'event.amount': 'event.amount',
    'workflow.amount': 'event.amount',
    'steps.s1.output': 'steps.s1.output',
    'steps.s1.output.a.b': 'steps.s1.output.a.b',
  }
  for (const [text, path] of Object.entries(paths)) {
    it(`can be ${text}`, () => assert.equal(parseField(text)?.path.join('.'), path))
  }

  for (const text of [
    ...[
      '',
      'plan',
      'contact',
      'data',
      'event',
      'workflow',
      'steps',
      'contact.',
      'event.',
      'event..a',
      '.event',
    ],
    ...[
      'contact.data',
      'contact.name',
      'contact.email.domain',
      'contact.constructor',
      'steps.s1',
      'steps.s1.input',
    ],
    ...['trigger.a', 'execution.id', `event.${'a'.repeat(300)}`],
  ]) {
    it(`cannot be "${text.slice(0, 30)}"`, () => assert.equal(parseField(text), null))
  }
})
