import { importWorkflow } from '../../src/engine/edit/importWorkflow.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { StepKind } from '../../src/workflow/step.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { Random } from './random.js'

/** One step of a plan; `next` says where each branch leads (`*`: any), null: the end. */
export interface PlanStep {
  readonly key: string
  readonly type: StepKind
  readonly config: JsonObject
  readonly next: Readonly<Record<string, string | null>>
}

/** A workflow as the model reads it, and as it is imported. */
export interface Plan {
  readonly name: string
  readonly eventName: string
  readonly allowReentry: boolean
  readonly steps: readonly PlanStep[]
}

export const TRIGGER_NAMES = ['signed_up', 'ordered'] as const
export const AWAITED_NAMES = ['paid', 'clicked'] as const

/** What an UPDATE_CONTACT causes that unsubscribes. */
export const UNSUBSCRIBED = 'contact.unsubscribed'

/** Kinds whose every transition has an open source message: redelivery alone heals them. */
const PURE = ['CONDITION', 'UPDATE_CONTACT', 'CONDITION', 'UPDATE_CONTACT'] as const
const ALL = [
  ...['CONDITION', 'UPDATE_CONTACT', 'DELAY', 'DELAY', 'WEBHOOK', 'SEND_EMAIL'],
  ...['WAIT_FOR_EVENT', 'WAIT_FOR_EVENT', 'WAIT_FOR_EVENT'],
] as StepKind[]

export function drawPlans(random: Random, pure: boolean): Plan[] {
  return Array.from({ length: random.int(1, 3) }, (_, n) => drawPlan(random, `w${n}`, pure ? PURE : ALL))
}

export function drawPlan(random: Random, name: string, kinds: readonly StepKind[]): Plan {
  const length = random.int(1, 6)
  const keys = Array.from({ length }, (_, n) => `s${n}`)
  const steps = keys.map((key, n) =>
    drawStep(random, {
      ...{ name, key, kind: random.pick(kinds), isPure: kinds === PURE },
      ...{ next: keys[n + 1] ?? null, skip: keys[n + 2] },
    }),
  )
  const last = steps.at(-1)
  if (last !== undefined && random.chance(0.3))
    steps[length - 1] = { ...last, type: 'EXIT', config: { reason: 'enough' }, next: {} }
  const eventName = kinds !== PURE && random.chance(0.15) ? UNSUBSCRIBED : random.pick(TRIGGER_NAMES)
  return { name, eventName, allowReentry: random.chance(0.5), steps }
}

interface Draft {
  readonly name: string
  readonly key: string
  readonly kind: StepKind
  readonly isPure: boolean
  readonly next: string | null
  readonly skip: string | undefined
}

function drawStep(random: Random, draft: Draft): PlanStep {
  const { key, kind: type, next } = draft
  const other = random.chance(0.5) ? next : random.chance(0.5) ? (draft.skip ?? null) : null
  const config = drawConfig(random, draft)
  return { key, type, config, next: branchesOf({ type, config }, next, other) }
}

function branchesOf(
  { type, config }: Pick<PlanStep, 'type' | 'config'>,
  next: string | null,
  other: string | null,
): PlanStep['next'] {
  switch (type) {
    case 'CONDITION':
      return { yes: next, no: other }
    case 'WAIT_FOR_EVENT':
      return { event: next, timeout: other }
    case 'WEBHOOK':
      return config['onFailure'] === 'fail' ? { success: next } : { success: next, failure: other }
    default:
      return { '*': next }
  }
}

function drawConfig(random: Random, { name, key, kind, isPure }: Draft): JsonObject {
  switch (kind) {
    case 'CONDITION':
      return random.chance(0.3)
        ? { field: `contact.data.${markOf(name)}`, operator: 'exists' }
        : { field: 'event.amount', operator: 'greaterThan', value: random.int(0, 10) }
    case 'UPDATE_CONTACT':
      return {
        data: { [countOf(name, key)]: `{{ more ${countOf(name, key)} }}` },
        // What a contact owes is the sweeper's to send.
        subscriptionAction: !isPure && random.chance(0.2) ? 'unsubscribe' : 'none',
      }
    case 'DELAY':
      return { amount: random.pick([0.05, 0.5, 2, 7]), unit: 'seconds' }
    case 'WAIT_FOR_EVENT':
      return drawWait(random)
    case 'WEBHOOK':
      return {
        ...{ url: 'https://hooks.example/in', timeoutSeconds: 1, retries: 10 },
        onFailure: random.chance(0.2) ? 'fail' : 'continue',
      }
    default:
      return {}
  }
}

function drawWait(random: Random): JsonObject {
  const wait = {
    eventName: random.pick(AWAITED_NAMES),
    timeout: random.pick([0.3, 1, 3, 10]),
    since: random.pick(['step', 'step', 'start']),
  }
  const rule = { '>': [{ var: 'event.amount' }, random.int(0, 8)] }
  return random.chance(0.3) ? { ...wait, rule } : wait
}

/** Set by every event that starts the workflow: what its conditions on the contact read. */
export function markOf(workflow: string): string {
  return `mark_${workflow}`
}

/** Counts how often an UPDATE_CONTACT was applied. */
export function countOf(workflow: string, key: string): string {
  return `count_${workflow}_${key}`
}

export function buildWorkflow(
  projectId: ProjectId,
  plan: Plan,
  tools: { readonly now: Date; readonly newId: () => string },
): Workflow {
  const { name, eventName, allowReentry } = plan
  const [first] = plan.steps
  const arrows = plan.steps.flatMap(({ key, next }) =>
    Object.entries(next).flatMap(([branch, to]) => (to === null ? [] : [{ from: key, to, branch }])),
  )
  const made = importWorkflow(
    projectId,
    {
      ...{ name, description: null, allowReentry, triggerType: 'EVENT', triggerConfig: { eventName } },
      steps: plan.steps.map(({ key, type, config }) => ({
        ...{ key, type, name: key, position: { x: 0, y: 0 }, config },
        templateId: type === 'SEND_EMAIL' ? TEMPLATE : null,
      })),
      transitions: [{ from: 'trigger', to: first?.key ?? '', branch: '*' }, ...arrows].map(
        ({ from, to, branch }, priority) => ({
          ...{ from, to, priority },
          condition: branch === '*' ? null : { branch },
        }),
      ),
    },
    { ...tools, checkTemplate: () => null },
  )
  if (!made.ok) throw new Error(`the plan cannot be imported: ${JSON.stringify([plan, made])}`)
  return { ...made.workflow, enabled: true, enabledAt: tools.now }
}

const TEMPLATE = '77777777-7777-8777-8777-777777777777' as Workflow['steps'][number]['templateId']
