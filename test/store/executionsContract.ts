import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ExecutionStore } from '../../src/store/ports/executions.js'
import type { Change, Expectation } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ContactId, ExecutionId } from '../../src/workflow/ids.js'
import { keyHash } from '../../src/workflow/murmur2.js'
import { aMoving, anEnd, anEntry, anExecution, aWaiting, stepId, THEN } from '../support/executionValues.js'

/** A store whose clock stands at `NOW`. */
export type OpenExecutions = () => ExecutionStore

export const until = new Date('2030-01-01T00:00:00.000Z')

/** Everything that a document can hold, so that nothing gets lost on the way. */
export function newExecution(more: Partial<Execution> = {}): Execution {
  const id = randomUUID() as string as ExecutionId
  const contactId = randomUUID() as string as ContactId
  return anExecution({ id, contactId, keyHash: keyHash(id), ...more })
}

export async function given(store: ExecutionStore, more: Partial<Execution> = {}): Promise<Execution> {
  const execution = newExecution(more)
  await store.insert([execution])
  return execution
}

export async function readOne(store: ExecutionStore, { id }: Pick<Execution, 'id'>): Promise<Execution> {
  const [execution] = await store.read([id])
  assert.ok(execution)
  return execution
}

export function aChange(more: Partial<Change> = {}): Change {
  const nothing = { entries: [], context: null, owed: [], reopen: false, workflowVersion: null }
  return { state: aMoving({ currentStepId: stepId(2) }), ...nothing, ...more }
}

export function expectOf(
  { seq, workflowVersion, state }: Execution,
  more: Partial<Expectation> = {},
): Expectation {
  return {
    seq,
    workflowVersion,
    currentStepId: state.currentStepId ?? stepId(1),
    standing: 'moving',
    ...more,
  }
}

export function insertContract(open: OpenExecutions): void {
  const hold = { reason: 'host_slots', key: 'example.com', since: THEN } as const
  const event = {
    eventId: 'e',
    projectId: anExecution().projectId,
    contactId: anExecution().contactId,
    email: 'ann@example.com',
    name: 'email.sent',
    data: { a: [1, null] },
    occurredAt: THEN,
    cause: { executionId: anExecution().id, depth: 2 },
  }
  const whole: [string, Partial<Execution>][] = [
    ['about to begin', { state: aMoving({ status: 'PENDING' }), seq: 0 }],
    ['in a call', { state: aMoving({ lease: { token: 't', until }, dueAt: until, tries: 1 }) }],
    [
      'at a wait',
      { state: aWaiting({ dueAt: until, wait: { names: ['a', 'b'], since: 'start', checked: false } }) },
    ],
    ['put back', { state: aWaiting({ dueAt: until, hold, tries: 2 }) }],
    ['completed', { state: anEnd('COMPLETED', { exitReason: 'exit_step' }) }],
    [
      'failed',
      {
        state: anEnd('FAILED', {
          currentStepId: stepId(1),
          kind: 'EXIT',
          error: { code: 'C', message: 'm' },
        }),
      },
    ],
    [
      'cancelled in a call',
      {
        state: anEnd('CANCELLED', {
          currentStepId: stepId(1),
          kind: 'WEBHOOK',
          enteredAt: THEN,
          lease: { token: 't', until },
          tries: 1,
        }),
      },
    ],
    [
      'with all that happened',
      {
        owed: [{ kind: 'fact' }, { kind: 'event', event }],
        triggerOrder: { at: THEN, partition: 2, offset: 9 },
      },
    ],
    ['replayed', { origin: ['replay', 'r', 'e'], effects: 'skip', lane: 'bulk', depth: 3, touches: 2 }],
    [
      'with a history',
      {
        history: [
          anEntry(0, { type: 'TRIGGER', event: { eventId: 'e', name: 'n' } }),
          anEntry(1, {
            branch: 'yes',
            values: { plan: 'pro' },
            attempts: 2,
            output: { statusCode: 200, response: [] },
          }),
          anEntry(2, { status: 'FAILED', error: { code: 'C', message: 'm' }, reason: 'r' }),
        ],
      },
    ],
    [
      'with JSON that BSON cannot hold',
      { context: { 'a.b': { $set: 1, '': null }, n: '\u0000', half: '\ud800', _bsontype: 'x' } },
    ],
    [
      'with an output that BSON cannot hold',
      { history: [anEntry(0, { output: { $where: '\udfff', 'x\u0000': 1 } })] },
    ],
    ['with an empty context', { context: {} }],
  ]
  for (const [what, more] of whole)
    it(`gives back one ${what}`, async () => {
      const store = open()
      const execution = await given(store, more)
      assert.deepEqual(await store.read([execution.id]), [execution])
    })

  it('inserts what is missing and names what was there', async () => {
    const store = open()
    const [one, two] = [newExecution(), newExecution()]
    assert.equal((await store.insert([one])).size, 0)
    assert.deepEqual(await store.insert([{ ...one, context: {} }, two]), new Set([one.id]))
    assert.deepEqual((await readOne(store, one)).context, one.context)
    assert.equal((await store.insert([])).size, 0)
  })

  it('lets the first of two in one call win', async () => {
    const store = open()
    const one = newExecution()
    assert.deepEqual(await store.insert([one, { ...one, context: {} }]), new Set([one.id]))
    assert.deepEqual(await readOne(store, one), one)
  })

  it('reads what is there', async () => {
    const store = open()
    const executions = [await given(store), await given(store)]
    const read = await store.read([...executions.map(({ id }) => id), newExecution().id])
    assert.deepEqual(new Set(read.map(({ id }) => id)), new Set(executions.map(({ id }) => id)))
    assert.deepEqual(await store.read([]), [])
  })
}
