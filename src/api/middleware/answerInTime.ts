import type { Middleware } from 'koa'
import { MillraceError } from '../../errors.js'
import { within } from '../../within.js'
import { middleware } from './state.js'

/** No request is left without an answer: what takes longer than `limitMs` is answered with 503. */
export function answerInTime(limitMs: number): Middleware {
  const late = () => new MillraceError('SERVICE_UNAVAILABLE', 'No answer in time')
  return middleware((_ctx, next) => within(Promise.resolve(next()), limitMs, late))
}
