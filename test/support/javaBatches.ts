/**
 * The records of one batch as Kafka's own Java producer compressed them: twelve lines
 * `{"n":<i>,"text":"line <i> of the same words, and the same words"}`; base64.
 */
const PARTS = {
  snappy: [
    'glNOQVBQWQAAAAABAAAAAQAAAN/LBsiGAQAAAAF6eyJuIjowLCJ0ZXh0IjoibGluZSAwIG9mIHRoZSBzYW1lIHdvcmRzLCBhbmQ6',
    'FAAgIn0AiAEAigICDUYAMTZGAAAxtkYAAAQNRgAyNkYAADK2RgAABg1GADM2RgAAM7ZGAAAIDUYANDZGAAA0tkYAAAoNRgA1NkYA',
    'ADW2RgAADA1GADY2RgAANrZGAAAODUYANzZGAAA3tkYAABANRgA4NkYAADi2RgAAEg1GADk2RgAAOaJGAACMQXYIFAF+RbwAMTq9',
    'AgAxpr4CBUgAFhFIPr8CpsAC',
  ],
  lz4: [
    'BCJNGGBAgtoAAAD7JIYBAAAAAXp7Im4iOjAsInRleHQiOiJsaW5lIDAgb2YgdGhlIHNhbWUgd29yZHMsIGFuZBQAgyJ9AIYBAHgC',
    'RQAaMUUAHzFFABoTBEUAGjJFAB8yRQAaEwZFABozRQAfM0UAGhMIRQAaNEUAHzRFABoTCkUAGjVFAB81RQAaEwxFABo2RQAfNkUA',
    'GhMORQAaN0UAHzdFABoTEEUAGjhFAB84RQAaExJFABo5RQAfOUUAFnGKAQB4FAF+sgIbMbMCHzG0AhcARwAUFkcADLUCD7YCElBk',
    'cyJ9AAAAAAA=',
  ],
  zstd: [
    'KLUv/QBYJAUANAaGAQAAAAF6eyJuIjowLCJ0ZXh0IjoibGluZSAwIG9mIHRoZSBzYW1lIHdvcmRzLCBhbmQifQCIAQCGAwIxMcAD',
    'BDIyBjMzwgMINDQKNTUMNjYONzcQODgSOTmMFAF+MTEWMTEkIMCjYjUg6efEC102WEIMWIse64GYFPduMinubTJS3NtkUri3yaS4',
    'N5NJ4U7mkcyVzZOM6zLl5E2Ie+a6BgUBAAA=',
  ],
} as const

export type JavaCodec = keyof typeof PARTS

export function javaBatch(codec: JavaCodec): Buffer {
  return Buffer.from(PARTS[codec].join(''), 'base64')
}
