import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { toUuid } from '../../src/store/mongo/bson.js'
import { WORKFLOW_VERSIONS, WORKFLOWS } from '../../src/store/mongo/workflowDocument.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, handDriven, useHandDriven } from '../support/handDriven.js'
import { LONG_OVER, newEmail, only, start } from '../support/waits.js'

/** `set` over the stored version of a workflow, or its removal. */
type Edit = (version: StoredVersion) => object | null
interface StoredVersion {
  readonly steps: readonly { readonly id: unknown; readonly type: string }[]
  readonly transitions: readonly object[]
}

const EDITS: readonly (readonly [string, Edit, RegExp])[] = [
  ['it is gone', () => null, /does not exist/],
  ['it has no steps', () => ({ steps: null }), /cannot be used.*TypeError/],
  ['it has no TRIGGER', () => ({ steps: [] }), /cannot be used.*TRIGGER/],
  ['its step is of no kind', editSteps({ type: 'NONSENSE' }), /cannot be used.*TypeError/],
  ['its config is no JSON', editSteps({ config: '{"x"' }), /cannot be used.*SyntaxError/],
  ['its config is of another kind', editSteps({ config: '{"x":1}' }), /step "second": config/],
  ['its config is null', editSteps({ config: 'null' }), /step "second"/],
  [
    'its steps lead back to themselves',
    ({ steps: [, first, second], transitions }) => ({
      transitions: [...transitions, { ...transitions[0], fromStepId: second?.id, toStepId: first?.id }],
    }),
    /lead back/,
  ],
  [
    'a step is missing',
    ({ steps }) => ({ steps: steps.slice(0, 2) }),
    /step .* not in this version|is not in/,
  ],
]

function editSteps(more: object): Edit {
  return ({ steps }) => ({ steps: steps.map((step, index) => (index === 2 ? { ...step, ...more } : step)) })
}

describe('documents that somebody edited to something impossible', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  /** TRIGGER, DELAY, `kind`, EXIT. */
  const given = (kind: 'CONDITION' | 'DELAY' | 'WAIT_FOR_EVENT' = 'CONDITION'): Promise<Workflow> => {
    const configs = {
      CONDITION: { field: 'contact.email', operator: 'exists' },
      DELAY: { amount: 1, unit: 'hours' },
      WAIT_FOR_EVENT: { eventName: 'clicked' },
    }
    return world.given({
      eventName: `start-${randomUUID()}`,
      steps: [
        ['first', 'DELAY', LONG_OVER],
        ['second', kind, configs[kind]],
        ['done', 'EXIT', {}],
      ],
      arrows: [
        ['trigger', 'first'],
        ['first', 'second'],
        ['second', 'done'],
      ],
    })
  }
  const edit = async ({ id, version }: Workflow, change: Edit) => {
    const versions = world.database.db.collection<StoredVersion & { _id: string }>(WORKFLOW_VERSIONS)
    const _id = `${id}:${version}`
    const stored = await versions.findOne({ _id })
    assert.ok(stored)
    const set = change(stored)
    if (set === null) await versions.deleteOne({ _id })
    else await versions.updateOne({ _id }, { $set: set })
  }
  const failureOf = async (workflow: Workflow) => {
    const { state } = await only(world, workflow)
    assert.equal(state.status, 'FAILED')
    return isEnded(state) ? (state.error?.message ?? '') : ''
  }

  for (const [what, change, message] of EDITS) {
    it(`fail the execution where ${what}; its neighbour goes on`, async () => {
      const [broken, whole] = [await given(), await given()]
      await start(hand, broken, newEmail())
      await start(hand, whole, newEmail())
      await edit(broken, change)
      await hand.settle()
      assert.match(await failureOf(broken), message)
      assert.equal((await only(world, whole)).state.status, 'COMPLETED')
    })
  }

  it('fail what a timer wakes, and what an event wakes', async () => {
    const [sleeping, waiting, email] = [await given('DELAY'), await given('WAIT_FOR_EVENT'), newEmail()]
    await start(hand, sleeping, newEmail())
    await start(hand, waiting, email)
    await hand.settle()
    for (const workflow of [sleeping, waiting]) await edit(workflow, () => ({ steps: null }))
    const fresh = handDriven(world)
    await fresh.ring({ now: new Date(Date.now() + 7_200_000), waitsUpTo: new Date() })
    await fresh.events([{ name: 'clicked', email }])
    assert.match(await failureOf(sleeping), /cannot be used/)
    assert.match(await failureOf(waiting), /cannot be used/)
  })

  it('cancel where their workflow was deleted', async () => {
    const workflow = await given('DELAY')
    await start(hand, workflow, newEmail())
    await hand.settle()
    await edit(workflow, () => null)
    await world.database.db
      .collection<{ _id: ReturnType<typeof toUuid> }>('workflowTombstones')
      .insertOne({ _id: toUuid(workflow.id) })
    await handDriven(world).ring({ now: new Date(Date.now() + 7_200_000), waitsUpTo: new Date() })
    const { state } = await only(world, workflow)
    assert.equal(state.status, 'CANCELLED')
    assert.equal(isEnded(state) && state.exitReason, 'Workflow deleted')
  })

  for (const [what, set] of [
    ['has no steps', { steps: null }],
    ['has a trigger of no shape', { triggerConfig: 'null' }],
    ['has a trigger that is no JSON', { triggerConfig: '{' }],
    ['has a step of no kind', { steps: [{}] }],
  ] as const) {
    it(`start nothing where the workflow ${what}, and are announced; others start`, async () => {
      const [broken, whole] = [await given(), await given()]
      await world.database.db
        .collection<{ _id: ReturnType<typeof toUuid> }>(WORKFLOWS)
        .updateOne({ _id: toUuid(broken.id) }, { $set: set })
      world.announced.length = 0
      await start(hand, broken, newEmail())
      await start(hand, whole, newEmail())
      assert.equal((await world.executions(broken)).length, 0)
      assert.equal((await world.executions(whole)).length, 1)
      assert.ok(world.announced.some(({ where }) => where.includes(broken.id)))
    })
  }
})
