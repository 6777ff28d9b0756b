import type { Middleware } from 'koa'
import { MillraceError } from '../../errors.js'
import { middleware } from './state.js'

/** No request is left without an answer: what takes longer than `limitMs` is answered with 503. */
export function answerInTime(limitMs: number): Middleware {
  return middleware(async (_ctx, next) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new MillraceError('SERVICE_UNAVAILABLE', 'No answer in time')), limitMs)
    })
    try {
      await Promise.race([next(), late])
    } finally {
      clearTimeout(timer)
    }
  })
}
