import type { Socket } from 'node:net'

/** What a server says to a command, by its first word; `greeting` and `end` (of DATA's content) are no commands. */
export type Answers = Readonly<Record<string, (socket: Socket) => void>>

const USUAL: Answers = {
  greeting: (socket) => socket.write('220 sink ESMTP\r\n'),
  EHLO: (socket) => socket.write('250 sink\r\n'),
  DATA: (socket) => socket.write('354 go on\r\n'),
  end: (socket) => socket.write('250 taken\r\n'),
}

/** An SMTP server that misbehaves as told and is otherwise polite. */
export function smtpScript(answers: Answers): (socket: Socket) => void {
  return (socket) => {
    const say = (word: string) => {
      const answer = answers[word] ?? USUAL[word]
      if (answer === undefined) socket.write('250 ok\r\n')
      else answer(socket)
    }
    const read = createReader(say)
    say('greeting')
    socket.on('data', (chunk) => read(chunk.toString()))
  }
}

function createReader(say: (word: string) => void): (text: string) => void {
  let inData = false
  let pending = ''
  const next = (): string | null => {
    const stop = inData ? '\r\n.\r\n' : '\r\n'
    const at = pending.indexOf(stop)
    if (at === -1) return null
    const line = pending.slice(0, at)
    pending = pending.slice(at + stop.length)
    return inData ? 'end' : (line.split(' ')[0] ?? '').toUpperCase()
  }
  return (text) => {
    pending += text
    for (let word = next(); word !== null; word = next()) {
      inData = word === 'DATA'
      say(word)
    }
  }
}
