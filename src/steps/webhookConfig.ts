import { z } from 'zod'
import { ALONGSIDE } from './alongside.js'
import { anyJson } from './ruleConfig.js'
import { headerFault, webhookUrlFault } from './webhookRules.js'

/** Standard Webhooks secrets: `whsec_` and the key in base64. */
const secret = z
  .string()
  .max(512)
  .regex(/^whsec_[A-Za-z0-9+/]{2,}={0,2}$/, 'must be whsec_ and a key in base64')

const headers = z.record(z.string(), z.string()).superRefine((value, context) => {
  const seen = new Set<string>()
  for (const [name, text] of Object.entries(value)) {
    const lower = name.toLowerCase()
    const fault = seen.has(lower) ? 'named twice' : headerFault(name, text)
    seen.add(lower)
    if (fault !== null) context.addIssue({ code: 'custom', path: [name], message: fault })
  }
  if (seen.size > MAX_HEADERS) context.addIssue({ code: 'custom', message: `at most ${MAX_HEADERS} headers` })
}, ALONGSIDE)

const url = z
  .string()
  .max(8192)
  .superRefine((text, context) => {
    const fault = webhookUrlFault(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  })

const MAX_HEADERS = 50

/**
 * `previousSecret` is there for rotation: while it is set, every request carries a signature by each of the
 * two. Both secrets can be written and are never shown.
 */
export const webhookConfig = z
  .strictObject({
    url,
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
    headers: headers.default({}),
    body: anyJson.optional(),
    timeoutSeconds: z.number().min(1).max(30).default(10),
    retries: z.int().min(0).max(10).default(4),
    onFailure: z.enum(['continue', 'fail']).default('continue'),
    secret: secret.optional(),
    previousSecret: secret.optional(),
  })
  .superRefine(({ previousSecret, secret: current }, context) => {
    if (previousSecret !== undefined && current === undefined)
      context.addIssue({ code: 'custom', path: ['previousSecret'], message: 'needs a secret' })
  }, ALONGSIDE)

export type WebhookConfig = z.infer<typeof webhookConfig>
