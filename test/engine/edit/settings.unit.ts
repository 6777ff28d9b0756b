import assert from 'node:assert/strict'
import { patchStep } from '../../../src/engine/edit/patchStep.js'
import { patchSettings } from '../../../src/engine/edit/settings.js'
import type { StepId, TemplateId } from '../../../src/workflow/ids.js'
import {
  LATER,
  NOW,
  stepOf,
  toolsAt,
  transitionOf,
  triggerOf,
  withParts,
  workflowOf,
} from '../../support/workflowValues.js'

const EVENT = { triggerConfig: { eventName: 'other' } }

describe('A new workflow', () => {
  it('listens from its making when it is enabled', () => {
    assert.deepEqual([workflowOf().enabledAt, workflowOf({ enabled: true }).enabledAt], [null, NOW])
  })
})

describe('Changing settings', () => {
  it('makes a revision, and no version', () => {
    const before = workflowOf()
    const after = patchSettings(before, { name: 'n', description: undefined, allowReentry: true }, LATER)
    assert.deepEqual(after, { ...before, name: 'n', allowReentry: true, revision: 2, updatedAt: LATER })
  })

  it('remembers since when it listens', () => {
    const off = workflowOf()
    const on = patchSettings(off, { enabled: true }, LATER)
    assert.deepEqual(on.enabledAt, LATER)
    assert.deepEqual(patchSettings(on, { enabled: true, name: 'x' }, NOW).enabledAt, LATER)
    assert.deepEqual(patchSettings(on, { enabled: false }, NOW).enabledAt, LATER)
    assert.deepEqual(patchSettings(on, EVENT, NOW).enabledAt, NOW)
    assert.deepEqual(patchSettings(on, { triggerType: 'MANUAL' }, NOW).enabledAt, NOW)
    assert.equal(patchSettings(off, EVENT, NOW).enabledAt, null)
  })

  it('makes a version with another trigger; another event renames and reconfigures the TRIGGER', () => {
    const before = withParts(workflowOf({ enabled: true }), [stepOf('EXIT', 'e')])
    const ruled = patchSettings(
      before,
      { triggerConfig: { eventName: 'signed_up', rule: { '!': [1] } } },
      LATER,
    )
    assert.deepEqual([ruled.version, ruled.steps, ruled.enabledAt], [2, before.steps, NOW])
    const renamed = patchSettings(before, EVENT, LATER)
    const [trigger, exit] = renamed.steps
    assert.deepEqual(
      [renamed.version, trigger?.name, trigger?.config, trigger?.id],
      [2, 'Trigger: other', { eventName: 'other' }, triggerOf(before).id],
    )
    assert.deepEqual(exit, before.steps[1])
  })
})

describe('Changing a step', () => {
  const delay = stepOf('DELAY', 'wait', { amount: 1, unit: 'days' })
  const condition = stepOf('CONDITION', 'c', { rule: { '==': [1, 1] } })
  const mail = { ...stepOf('SEND_EMAIL', 'm'), templateId: 't' as TemplateId }
  const exit = stepOf('EXIT', 'exit')
  const empty = workflowOf()
  const ways = [transitionOf(condition, exit, { condition: { branch: 'no' } }), transitionOf(delay, exit)]
  const before = withParts(empty, [delay, condition, mail, exit], ways)
  const patch = (id: StepId, change: Parameters<typeof patchStep>[2]) =>
    patchStep(before, id, change, toolsAt(LATER))

  it('makes a version where config or template changes, else a revision', () => {
    const moved = patch(delay.id, {
      name: 'n',
      position: { x: 1, y: 2 },
      config: { amount: 1, unit: 'days' },
    })
    assert.ok(moved.ok)
    assert.deepEqual([moved.workflow.version, moved.workflow.revision], [1, 2])
    assert.deepEqual(moved.made, { ...delay, name: 'n', position: { x: 1, y: 2 }, updatedAt: LATER })
    const longer = patch(delay.id, { config: { amount: 2, unit: 'days' } })
    assert.ok(longer.ok && longer.workflow.version === 2)
    const other = patch(mail.id, { templateId: 'u' as TemplateId })
    assert.ok(other.ok && other.workflow.version === 2)
  })

  it('may take the template from the top level while the config has one', () => {
    const both = withParts(empty, [{ ...mail, config: { templateId: 't' } }])
    const detached = patchStep(both, mail.id, { templateId: null }, toolsAt(LATER))
    assert.ok(detached.ok && detached.made.templateId === null)
  })

  const refused: readonly (readonly [string, StepId, Parameters<typeof patchStep>[2], string])[] = [
    ['that is unknown', 'x' as StepId, {}, 'STEP_NOT_FOUND'],
    ['to a mail without template', mail.id, { templateId: null }, 'INVALID templateId'],
    ['that is the TRIGGER, to another config', triggerOf(empty).id, { config: {} }, 'INVALID config'],
    [
      'so that a branch disappears that a transition leaves by',
      condition.id,
      {
        config: {
          mode: 'multi',
          field: 'contact.email',
          branches: [{ id: 'b', name: 'B', operator: 'exists' }],
        },
      },
      'INVALID config',
    ],
  ]
  for (const [title, id, change, expected] of refused)
    it(`is refused for one ${title}`, () => {
      const edited = patch(id, change)
      assert.ok(!edited.ok)
      const { code, faults } = edited.fault
      assert.equal([code, ...faults.map(({ field }) => field)].join(' '), expected)
    })
})
