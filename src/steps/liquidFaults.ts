import type { TemplateCheck, TemplateFault } from '../effects/ports.js'
import type { Fault } from '../workflow/fault.js'
import { type JsonObject, own } from '../workflow/json.js'
import { isLiquid } from './scope.js'
import { textsIn } from './texts.js'

/** Every text in these fields that no renderer could read, so that no contact is the first to find out. */
export function liquidFaults(names: readonly string[], config: JsonObject, check: TemplateCheck): Fault[] {
  return names
    .flatMap((name) => textsIn(`config.${name}`, own(config, name) ?? null))
    .filter(({ text }) => isLiquid(text))
    .flatMap(({ field, text }) => {
      const fault = check(text)
      return fault === null ? [] : [{ field, ...liquidFault(fault) }]
    })
}

/** A syntax error in words, with its place in the template. */
export function liquidFault({ message, line, column }: TemplateFault): Omit<Fault, 'field'> {
  const place = line === null ? '' : ` (line ${line}, column ${column ?? 1})`
  return { message: `${message}${place}`, code: 'liquid_syntax' }
}
