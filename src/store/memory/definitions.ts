import type { DefinitionKey, DefinitionStore } from '../ports/definitions.js'
import type { MemoryWorkflows } from './workflows.js'

export function createMemoryDefinitions(state: MemoryWorkflows): DefinitionStore {
  return {
    counters: async (projectIds) =>
      new Map(
        projectIds.flatMap((id) => {
          const counter = state.counters.get(id)
          return counter === undefined ? [] : [[id, counter] as const]
        }),
      ),
    enabled: async (projectIds) =>
      [...state.workflows.values()].filter(
        (one) => one.enabled && one.triggerType === 'EVENT' && projectIds.includes(one.projectId),
      ),
    pin: async (definitions) => {
      for (const definition of definitions)
        if (!state.versions.has(nameOf(definition))) state.versions.set(nameOf(definition), definition)
    },
    pinned: async (keys) => keys.flatMap((key) => state.versions.get(nameOf(key)) ?? []),
    deleted: async (workflowIds) => new Set(workflowIds.filter((id) => state.tombstones.has(id))),
  }
}

function nameOf({ workflowId, version }: DefinitionKey): string {
  return `${workflowId}:${version}`
}
