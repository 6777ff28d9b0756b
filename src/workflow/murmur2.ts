const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/**
 * Kafka's hash of a message key (murmur2 of the UTF-8 bytes, sign bit cleared): `keyHash % partitions` is the
 * partition that Java producers and kafkajs's DefaultPartitioner choose. Timer and sweeper shares depend on it.
 */
export function keyHash(key: string): number {
  const data = Buffer.from(key)
  const { length } = data
  let hash = SEED ^ length
  const blocks = length >> 2
  for (let i = 0; i < blocks; i++) {
    let k = Math.imul(data.readInt32LE(i << 2), M)
    k = Math.imul(k ^ (k >>> R), M)
    hash = Math.imul(hash, M) ^ k
  }
  return finish(tail(data, hash, blocks << 2)) & 0x7fffffff
}

function tail(data: Buffer, hash: number, from: number): number {
  if (from === data.length) return hash
  let rest = 0
  for (let i = data.length - 1; i >= from; i--) rest = (rest << 8) | data.readUInt8(i)
  return Math.imul(hash ^ rest, M)
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), M)
  return mixed ^ (mixed >>> 15)
}
