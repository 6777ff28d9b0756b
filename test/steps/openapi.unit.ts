import assert from 'node:assert/strict'
import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { stepDefinition } from '../../src/steps/index.js'
import { STEP_KINDS } from '../../src/workflow/step.js'

describe('The config of every kind of step', () => {
  for (const kind of STEP_KINDS) {
    it(`can be described in OpenAPI: ${kind}`, () => {
      const registry = new OpenAPIRegistry()
      const content = { 'application/json': { schema: stepDefinition(kind).config } }
      registry.registerPath({
        method: 'post',
        path: '/',
        request: { body: { content } },
        responses: { 201: { description: 'made' } },
      })
      const info = { title: kind, version: '1' }
      const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
        openapi: '3.1.0',
        info,
      })
      assert.match(JSON.stringify(document.paths), /"additionalProperties":false/)
    })
  }
})
