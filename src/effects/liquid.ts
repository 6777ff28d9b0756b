import { performance } from 'node:perf_hooks'
import { Context, defaultOperators, Liquid, LiquidError, type Template, toValueSync } from 'liquidjs'
import type { JsonObject } from '../workflow/json.js'
import { type Renderer, TemplateError, type TemplateFault } from './ports.js'

/** UTF-8 bytes of a template. */
const MAX_TEMPLATE_BYTES = 512 * 1024
/** Tags and outputs of a template; the parser's time grows with their square. */
const MAX_MARKERS = 10_000
const MAX_RENDER_MS = 200
/** Characters that a rendering may write, and that its filters may make on the way. */
const MAX_OUTPUT = 1024 * 1024
/** Parsed templates kept, and the characters they were parsed from. */
const CACHE = { entries: 1_000, characters: 4 * 1024 * 1024 }

/** Other templates are never loaded: there is no file system behind a template. */
const NO_TAGS = ['include', 'render', 'layout', 'block']
/** Filters that would read data as Liquid, or give another answer on each try. */
const NO_FILTERS = /_exp$|^sample$/

/**
 * Liquid over JSON: own properties only, no other templates, bounded in time, memory and output. Data is
 * never read as a template. `html` escapes every output value unless its last filter is `raw`.
 */
export function createRenderer(): Renderer {
  const plain = createDialect({})
  const html = createDialect({ outputEscape: (value: unknown) => escapeHtml(plainText(value)) })
  return {
    render(template, scope, options = {}) {
      if (!/\{[{%]/.test(template)) return template
      const dialect = options.html === true ? html : plain
      return attempt(() => dialect.render(template, scope))
    },
  }
}

const checker = createDialect({})

/** The first syntax error of a template, with line and column, or null. */
export function checkTemplate(template: string): TemplateFault | null {
  try {
    attempt(() => checker.parse(template))
    return null
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { line: error.line, column: error.column, message: error.message }
  }
}

interface Dialect {
  parse(text: string): Template[]
  render(text: string, scope: JsonObject): string
}

function createDialect(options: { readonly outputEscape?: (value: unknown) => string }): Dialect {
  const engine = new Liquid({
    ...options,
    ownPropertyOnly: true,
    strictFilters: true,
    relativeReference: false,
    dynamicPartials: false,
    operators: guardedOperators(),
    templates: {},
    timezoneOffset: 0,
    locale: 'en-US',
    renderLimit: MAX_RENDER_MS,
    memoryLimit: MAX_OUTPUT,
  })
  for (const tag of NO_TAGS) delete engine.tags[tag]
  for (const name of Object.keys(engine.filters)) guardFilter(engine, name)
  const parse = (text: string) => {
    if (Buffer.byteLength(text) > MAX_TEMPLATE_BYTES) throw whole(`is over ${MAX_TEMPLATE_BYTES} bytes`)
    // Lines of a `liquid` tag are tags of their own.
    const marker = /\{%-?\s*liquid\b/.test(text) ? /\{[{%]|\n/ : /\{[{%]/
    if (text.split(marker, MAX_MARKERS + 2).length > MAX_MARKERS + 1)
      throw whole(`has over ${MAX_MARKERS} tags and outputs`)
    return engine.parse(text)
  }
  const cached = createParseCache(parse)
  return { parse, render: (text, scope) => renderWith(engine, cached(text), scope) }
}

function whole(message: string): TemplateError {
  return new TemplateError(message, { line: null, column: null })
}

/** The time limit holds inside long conditions too. */
function guardedOperators(): typeof defaultOperators {
  const guarded = Object.entries(defaultOperators).map(([name, operator]) => {
    const check = (...args: unknown[]) => {
      const context: unknown = args.at(-1)
      if (context instanceof Context) context.renderLimit.check(performance.now())
      return Reflect.apply(operator, undefined, args)
    }
    return [name, check]
  })
  return Object.fromEntries(guarded)
}

/** The time limit holds between filters too: a long chain of them is one output to the library. */
function guardFilter(engine: Liquid, name: string): void {
  const filter = engine.filters[name]
  if (NO_FILTERS.test(name)) engine.unregisterFilter(name)
  else if (typeof filter === 'function') {
    engine.registerFilter(name, function guarded(...args) {
      this.context.renderLimit.check(performance.now())
      return filter.apply(this, args)
    })
  }
}

function renderWith(engine: Liquid, templates: Template[], scope: JsonObject): string {
  // A copy, because `increment` writes into the outermost scope.
  const context = new Context({ ...scope }, engine.options, { sync: true }, { liquid: engine })
  const emitter = new BoundedEmitter()
  toValueSync(engine.renderer.renderTemplates(templates, context, emitter))
  return emitter.buffer
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Stops a rendering as soon as it has written too much. */
class BoundedEmitter {
  buffer = ''

  write(value: unknown): void {
    const text = plainText(value)
    if (this.buffer.length + text.length > MAX_OUTPUT)
      throw new Error(`output is over ${MAX_OUTPUT} characters`)
    this.buffer += text
  }
}

/** What a value looks like in a text: lists run together, objects as JSON, nothing for null. */
function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(plainText).join('')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function createParseCache(parse: (text: string) => Template[]): (text: string) => Template[] {
  const kept = new Map<string, Template[]>()
  let characters = 0
  const shrink = () => {
    for (const text of kept.keys()) {
      if (kept.size <= CACHE.entries && characters <= CACHE.characters) return
      kept.delete(text)
      characters -= text.length
    }
  }
  return (text) => {
    const found = kept.get(text)
    const parsed = found ?? parse(text)
    // Deleted and set again: a Map keeps the order of insertion, so the first key is the longest unused.
    if (found === undefined) characters += text.length
    else kept.delete(text)
    kept.set(text, parsed)
    shrink()
    return parsed
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw templateError(error)
  }
}

function templateError(error: unknown): TemplateError {
  if (!LiquidError.is(error)) {
    if (error instanceof RangeError) return whole('is nested too deeply')
    return whole(error instanceof Error ? error.message : String(error))
  }
  const { token, originalError } = error as LiquidError & Located
  const position = token?.getPosition?.()
  const message = originalError?.message ?? error.message
  const at = { line: position?.[0] ?? null, column: position?.[1] ?? null }
  return new TemplateError(message.replace(/, line:\d+, col:\d+$/, ''), at)
}

interface Located {
  readonly token?: { getPosition?(): readonly [number, number] }
  readonly originalError?: Error
}
