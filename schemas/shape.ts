import type { Fields } from './fields.js'
import type { Form } from './forms.js'

/** How a value of the domain and its fields on the wire become each other. */
export interface Shape<Value> {
  write(value: Value, form: Form): Fields
  /** Throws a Refusal that names the field. `wireBytes`: the length of the whole message. */
  read(fields: Fields, form: Form, wireBytes: number): Value
}
