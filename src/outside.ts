import type { Config } from './config.js'
import type { Connections } from './connections.js'
import { createLinks } from './effects/links.js'
import { createMailer } from './effects/mail.js'
import type { EffectTools } from './effects/ports.js'
import { createTracking } from './effects/tracking.js'
import { createHttpCaller } from './effects/webhook.js'
import { gatherSaves, gatherTemplates } from './store/gathered.js'
import { realScheduler } from './store/scheduling.js'
import { tracedCaller } from './tracing/outside.js'

/** The world that effects act on: HTTP, SMTP, and what their texts and records need. */
export interface Outside {
  readonly tools: EffectTools
  close(): Promise<void>
}

export function openOutside(config: Config, { stores, linkSecret, tracing }: Connections): Outside {
  const http = createHttpCaller({ allow: config.WEBHOOK_ALLOW })
  const mailer = createMailer({
    smtpUrl: config.SMTP_URL ?? null,
    envelopeFrom: config.MAIL_FROM,
    connections: config.SMTP_CONNECTIONS,
  })
  const [opens, clicks] = [config.EMAIL_TRACKING.includes('opens'), config.EMAIL_TRACKING.includes('clicks')]
  const tools: EffectTools = {
    http: tracing === undefined ? http : tracedCaller(http, tracing),
    mailer,
    links: createLinks({ publicUrl: config.publicUrl, secret: linkSecret }),
    templates: { find: gatherTemplates(stores.templates, realScheduler) },
    messages: { save: gatherSaves(stores.messages, realScheduler), find: stores.messages.find },
    tracking:
      opens || clicks
        ? createTracking({ publicUrl: config.publicUrl, secret: linkSecret, opens, clicks })
        : null,
    mailFrom: config.MAIL_FROM,
  }
  return {
    tools,
    close: async () => {
      await Promise.all([http.close(), mailer.close()])
    },
  }
}
