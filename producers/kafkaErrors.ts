/** The protocol's name of an error, however deep the library wrapped it. */
export function protocolErrorOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  if ('type' in error && error.type !== undefined) return error.type
  return 'cause' in error ? protocolErrorOf(error.cause) : undefined
}
