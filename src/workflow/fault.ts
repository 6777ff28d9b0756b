/** One wrong field, by its path (`config.amount`); the same shape as the errors that requests answer with. */
export interface Fault {
  readonly field: string
  readonly message: string
  readonly code: string
}
