import type { CallFailure, EffectTools, HttpCall, MessageRecord } from '../../src/effects/ports.js'
import type { TemplateId } from '../../src/workflow/ids.js'
import { latency, type Machine } from './machine.js'
import type { Random } from './random.js'
import type { VirtualTime } from './time.js'

/** One call that reached the outside world. */
export interface OutsideCall {
  /** `executionId:stepId`: of all tries of one effect. */
  readonly identity: string
  readonly machine: string
  /** When it was sent; it may arrive after its sender died. */
  readonly sentAt: number
  readonly at: number
  /** `transient`: the caller was asked to try again. */
  readonly answer: 'transient' | 'final' | 'forgiven'
}

/** Everything that effects reach: calls are logged by their identity, answers are drawn by it. */
export interface Outside {
  readonly calls: OutsideCall[]
  /** What this identity's webhook comes to once it is answered for good. */
  outcomeOf(identity: string): 'success' | 'failure'
  /** The failure was seen to by people: the next call will do. */
  forgive(identity: string): void
  tools(machine: Machine, call: Reach): Pick<EffectTools, 'http' | 'mailer'>
}

/** Reaches the outside from a process: it can die before or after the other side acted. */
type Reach = <Value>(apply: () => Promise<Value>) => Promise<Value>

/** Ports to the outside never throw: what nobody knows the outcome of is a failure of its own. */
async function answered<Value>(reach: Reach, apply: () => Promise<Value>): Promise<Value | CallFailure> {
  try {
    return await reach(apply)
  } catch (error) {
    return { type: 'failed', message: String(error), retriable: true, unknown: true, ms: 1 }
  }
}

interface Mood {
  /** Transient failures before the answer that counts. */
  left: number
  outcome: 'success' | 'failure'
}

export function createOutside(time: VirtualTime, random: Random): Outside {
  const moods = new Map<string, Mood>()
  const calls: OutsideCall[] = []
  const moodOf = (identity: string): Mood => {
    const known = moods.get(identity)
    if (known !== undefined) return known
    const mood: Mood = {
      left: random.chance(0.6) ? 0 : random.int(1, 2),
      outcome: random.chance(0.8) ? 'success' : 'failure',
    }
    moods.set(identity, mood)
    return mood
  }
  const arrive = (machine: Machine, identity: string, sentAt: number): { mood: Mood; isFinal: boolean } => {
    const mood = moodOf(identity)
    const isFinal = mood.left === 0
    if (!isFinal) mood.left--
    const answer = isFinal ? 'final' : 'transient'
    calls.push({ identity, machine: machine.name, sentAt, at: time.now(), answer })
    return { mood, isFinal }
  }
  return {
    calls,
    outcomeOf: (identity) => moodOf(identity).outcome,
    forgive: (identity) => {
      moodOf(identity).outcome = 'success'
      for (const [index, call] of calls.entries())
        if (call.identity === identity) calls[index] = { ...call, answer: 'forgiven' }
    },
    tools: (machine, reach) => ({
      http: {
        call: (request) => {
          const sentAt = time.now()
          return answered(reach, async () => {
            const { mood, isFinal } = arrive(machine, identityOf(request), sentAt)
            await time.wait(random.int(1, 300))
            const final = mood.outcome === 'success' ? 200 : 400
            const answered = { type: 'answered', response: null, retryAfterMs: null, ms: 1 } as const
            return { ...answered, statusCode: isFinal ? final : random.pick([500, 503, 429, 408]) }
          })
        },
      },
      mailer: {
        send: (mail) => {
          const sentAt = time.now()
          return answered(reach, async () => {
            const { isFinal } = arrive(machine, mailIdentity(mail.messageId), sentAt)
            await time.wait(latency(random))
            if (isFinal) return { type: 'sent', ms: 1 }
            return { type: 'failed', message: 'later', retriable: true, unknown: false, ms: 1 }
          })
        },
      },
    }),
  }
}

function identityOf({ headers }: HttpCall): string {
  return headers['webhook-id'] ?? 'a call without an identity'
}

/** `<executionId.stepId@domain>` */
function mailIdentity(messageId: string): string {
  return messageId.slice(1, messageId.indexOf('@')).replace('.', ':')
}

export const STORES: Pick<EffectTools, 'templates' | 'links' | 'tracking' | 'mailFrom'> = {
  templates: {
    find: async (projectId, id) => ({
      ...{ id: id as TemplateId, projectId, name: 't', subject: 'Hi', body: '<p>Hi</p>', text: 'Hi' },
      ...{ from: 'a@shop.example', fromName: null, replyTo: null, type: 'TRANSACTIONAL' as const },
      ...{ createdAt: new Date(0), updatedAt: new Date(0) },
    }),
  },
  links: { unsubscribe: () => 'u', subscribe: () => 's', manage: () => 'm' },
  tracking: null,
  mailFrom: 'engine@millrace.example',
}

/** Mails by id, each as it was saved last. */
export function createMessages(): EffectTools['messages'] {
  const kept = new Map<MessageRecord['id'], MessageRecord>()
  return {
    save: async (record) => {
      kept.set(record.id, record)
    },
    find: async (_, ids) => ids.flatMap((id) => kept.get(id) ?? []),
  }
}
