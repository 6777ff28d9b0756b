import assert from 'node:assert/strict'

/** One request of a `.http` file, with its placeholders still in it. */
interface Written {
  readonly title: string
  readonly name: string | null
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const REQUEST = /^(GET|POST|PATCH|PUT|DELETE) (\S+)$/

/** The requests of a `.http` file in order: what stands between two `###`. */
export function requestsOf(file: string): Written[] {
  return file
    .split(/^###/m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n')
      const at = lines.findIndex((line) => REQUEST.test(line))
      const [, method = '', url = ''] = REQUEST.exec(lines[at] ?? '') ?? []
      assert.notEqual(method, '', `no request under "${title}"`)
      const blank = lines.indexOf('', at)
      const [head, body] = [
        lines.slice(at + 1, blank),
        lines
          .slice(blank + 1)
          .join('\n')
          .trim(),
      ]
      const headers = Object.fromEntries(head.map((line) => line.split(': ') as [string, string]))
      const name = lines.map((line) => /^# @name (\w+)$/.exec(line)?.[1]).find((one) => one !== undefined)
      return { title: title.trim(), name: name ?? null, method, url, headers, body: body || undefined }
    })
}

/** `{{name}}` and `{{request.response.body.field}}` filled in; other braces are Liquid and stay. */
export function filledIn(
  text: string,
  variables: Readonly<Record<string, string>>,
  answers: ReadonlyMap<string, unknown>,
): string {
  return text.replace(/\{\{(\w+)(?:\.response\.body\.(\w+))?\}\}/g, (whole, name: string, field?: string) => {
    if (field === undefined) return variables[name] ?? whole
    const value = (answers.get(name) as Record<string, unknown> | undefined)?.[field]
    assert.equal(typeof value, 'string', whole)
    return String(value)
  })
}
