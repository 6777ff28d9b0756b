import type { Codec } from './codec.js'

export type { Codec, DecodeFault, DecodeResult, FaultReason, WireContactEvent, WireTypes } from './codec.js'

export interface CodecOptions {
  /** null: JSON is written and only JSON can be read. */
  readonly registryUrl: string | null
}

export declare function createCodec(options: CodecOptions): Promise<Codec>
