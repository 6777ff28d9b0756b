import type { Exchange, ExchangeStep } from '../engine/edit/exchange.js'
import { branchesOf, stepDefinition } from '../steps/index.js'
import type { WorkflowRow } from '../store/ports/workflows.js'
import { problemsOf } from '../workflow/checkGraph.js'
import type { WorkflowId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import type { Step, StepType } from '../workflow/step.js'
import { byPriority, type Transition } from '../workflow/transition.js'
import type { Workflow } from '../workflow/workflow.js'
import { etag } from './etag.js'
import type { Answer } from './route.js'

/**
 * A workflow as the API answers with it: steps in creation order, transitions by the id of the step they leave,
 * then as they are tried.
 */
export function showWorkflow(workflow: Workflow) {
  return {
    ...showSettings(workflow),
    steps: workflow.steps.map((step) => showStep(workflow.id, step)),
    transitions: [...workflow.transitions]
      .sort(inOrder)
      .map((transition) => showTransition(workflow.id, transition)),
    problems: problemsOf(workflow, branchesOf),
  }
}

export function showRow({ workflow, counts }: WorkflowRow) {
  return { ...showSettings(workflow), counts }
}

function showSettings(workflow: Omit<Workflow, 'steps' | 'transitions'>) {
  const { id, name, description, enabled, allowReentry, triggerType, triggerConfig } = workflow
  const { version, revision, createdAt, updatedAt } = workflow
  const settings = { id, name, description, enabled, allowReentry, triggerType, triggerConfig }
  return { ...settings, version, revision, createdAt, updatedAt }
}

function inOrder(a: Transition, b: Transition): number {
  if (a.fromStepId !== b.fromStepId) return a.fromStepId < b.fromStepId ? -1 : 1
  return byPriority(a, b)
}

function showStep(workflowId: WorkflowId, step: Step) {
  const { id, type, name, position, templateId, createdAt, updatedAt } = step
  const config = shownConfig(type, step.config)
  return { id, workflowId, type, name, position, config, templateId, createdAt, updatedAt }
}

export function stepAnswer(status: number, workflow: Workflow, step: Step): Answer {
  return { status, body: showStep(workflow.id, step), headers: etag(workflow.revision) }
}

export function transitionAnswer(status: number, workflow: Workflow, transition: Transition): Answer {
  return { status, body: showTransition(workflow.id, transition), headers: etag(workflow.revision) }
}

function showTransition(workflowId: WorkflowId, transition: Transition) {
  const { id, fromStepId, toStepId, condition, priority, createdAt, updatedAt } = transition
  return { id, workflowId, fromStepId, toStepId, condition, priority, createdAt, updatedAt }
}

export function showExchange(exchange: Exchange): Exchange {
  const shown = (step: ExchangeStep) => ({ ...step, config: shownConfig(step.type, step.config) })
  return { ...exchange, steps: exchange.steps.map(shown) }
}

/** Secrets can be written and never be read. */
function shownConfig(type: StepType, config: JsonObject): JsonObject {
  const hidden = writeOnlyOf(type)
  return Object.fromEntries(Object.entries(config).filter(([name]) => !hidden.includes(name)))
}

/**
 * The config to store in place of `before`. Who sends back what was shown cannot know the secrets: where the new
 * config names none of them, they stay. `null` drops one.
 */
export function withSecrets(type: StepType, before: JsonObject, config: JsonObject): JsonObject {
  const hidden = writeOnlyOf(type)
  const given = Object.entries(config).filter(([name, value]) => !(hidden.includes(name) && value === null))
  if (hidden.some((name) => Object.hasOwn(config, name))) return Object.fromEntries(given)
  const kept = Object.entries(before).filter(([name]) => hidden.includes(name))
  return Object.fromEntries([...given, ...kept])
}

function writeOnlyOf(type: StepType): readonly string[] {
  return type === 'TRIGGER' ? [] : (stepDefinition(type).writeOnly ?? [])
}
