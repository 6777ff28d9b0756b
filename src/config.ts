import { z } from 'zod'
import { type FieldFault, MillraceError } from './errors.js'

export const ROLES = ['api', 'engine', 'replay'] as const

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
const csv = z.string().transform(list)
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const address = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port')
const topicName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,200}$/, 'may hold letters, digits, dot, dash and underscore')
const role = z.enum(ROLES)

/** Every setting, by its name in the environment. An unset or empty variable takes the default. */
const schema = z.object({
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: whole(0, 65_535).optional(),
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://'),
  KAFKA_BROKERS: csv.pipe(z.array(address).min(1)),
  KAFKA_SSL: flag.default(false),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  SCHEMA_REGISTRY_URL: z.url().optional(),
  TOPIC_PREFIX: topicName.default('millrace.'),
  CONTACT_EVENTS_TOPIC: topicName.optional(),
  ALLOW_CREATE_TIME: flag.default(false),
  PARTITIONS: whole(1, 1000).default(6),
  REPLICATION_FACTOR: whole(1, 10).default(1),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z.string().default('millrace@localhost'),
  EMAIL_TRACKING: csv.pipe(z.array(z.enum(['opens', 'clicks']))).default([]),
  WEBHOOK_ALLOW: csv.pipe(z.array(address)).default([]),
  PUBLIC_URL: z.url().optional(),
  LIFECYCLE_FACTS: flag.default(false),
  EVENT_RETENTION_DAYS: whole(1, 3650).default(400),
  /** Of executions that ended; not shorter than that of events. */
  EXECUTION_RETENTION_DAYS: whole(1, 3650).optional(),
  CORS_ORIGINS: csv.default([]),
  TRUST_PROXY: flag.default(false),
  /** 0: no limit. */
  READS_PER_SECOND: whole(0, 1_000_000).default(0),
  WRITES_PER_SECOND: whole(0, 1_000_000).default(20_000),
  EFFECT_SLOTS: whole(1, 10_000).default(500),
  WEBHOOK_HOST_SLOTS: whole(1, 10_000).default(100),
  SMTP_CONNECTIONS: whole(1, 1_000).default(10),
  RETRY_BASE_MS: whole(1, 3_600_000).default(20_000),
  SWEEP_EVERY_MS: whole(100, 3_600_000).default(5_000),
  SWEEP_GRACE_MS: whole(500, 3_600_000).default(30_000),
  SESSION_TIMEOUT_MS: whole(6_000, 1_800_000).default(45_000),
  CONNECT_TIMEOUT_MS: whole(100, 600_000).default(15_000),
  MILLRACE_SECRET_KEY: z
    .string()
    .regex(/^sk_[A-Za-z0-9]{16,200}$/, 'must be sk_ and at least 16 letters or digits')
    .optional(),
  MILLRACE_PUBLIC_KEY: z
    .string()
    .regex(/^pk_[A-Za-z0-9]{16,200}$/, 'must be pk_ and at least 16 letters or digits')
    .optional(),
  ROLES: csv.pipe(z.array(role).min(1)).default([...ROLES]),
  /** Traces are on where one of the two addresses is set; OpenTelemetry's own variables say the rest. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  OTEL_SERVICE_NAME: z.string().default('millrace'),
  OTEL_SDK_DISABLED: flag.default(false),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** What the environment may set. */
export const SETTING_NAMES: readonly string[] = Object.keys(schema.shape)

export type Settings = z.output<typeof schema>

export interface Config extends Omit<Settings, 'EXECUTION_RETENTION_DAYS'> {
  /** Where it is not set: as long as events. */
  readonly EXECUTION_RETENTION_DAYS: number
  /** Where links in mails lead: PUBLIC_URL, or this process itself. */
  readonly publicUrl: string
}

/** Reads and checks the environment once; every fault is reported at once, by its variable's name. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = schema.safeParse(given)
  const faults = parsed.success ? retentionFaults(parsed.data) : parsed.error.issues.map(faultOf)
  faults.push(...saslFaults(given))
  if (!parsed.success || faults.length > 0) {
    const told = faults.map(({ field, message }) => `  ${field}: ${message}`).join('\n')
    throw new MillraceError(
      'CONFIG_INVALID',
      `the environment does not describe a service that can run:\n${told}`,
      { faults },
    )
  }
  const {
    PUBLIC_URL,
    PORT,
    EVENT_RETENTION_DAYS,
    EXECUTION_RETENTION_DAYS = EVENT_RETENTION_DAYS,
  } = parsed.data
  return { ...parsed.data, EXECUTION_RETENTION_DAYS, publicUrl: PUBLIC_URL ?? `http://localhost:${PORT}` }
}

/** For commands that need nothing but the database: the broker's address may be missing. */
export function readDatabaseConfig(): Config {
  return readConfig({ KAFKA_BROKERS: 'unused:1', ...process.env })
}

function faultOf(issue: z.core.$ZodIssue): FieldFault {
  const field = String(issue.path[0] ?? '')
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return { field, message: missing ? 'must be set' : issue.message, code: issue.code }
}

/** An event that is still there, delivered again, must find the execution that it started. */
function retentionFaults({ EVENT_RETENTION_DAYS, EXECUTION_RETENTION_DAYS: days }: Settings): FieldFault[] {
  if (days === undefined || days >= EVENT_RETENTION_DAYS) return []
  const message = `must not be less than EVENT_RETENTION_DAYS, which is ${EVENT_RETENTION_DAYS}`
  return [{ field: 'EXECUTION_RETENTION_DAYS', message, code: 'too_small' }]
}

function saslFaults(given: Readonly<Record<string, string | undefined>>): FieldFault[] {
  if (given['KAFKA_SASL_MECHANISM'] === undefined) return []
  const needed = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']
  return needed
    .filter((name) => given[name] === undefined)
    .map((field) => ({ field, message: 'must be set with KAFKA_SASL_MECHANISM', code: 'required' }))
}
