import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { MillraceError } from '../errors.js'
import { type ApiInfo, openApiDocument } from './openapi.js'
import { type Route, route } from './route.js'

const tag = 'Operations'
/** The viewer's files; its module itself is for browsers and is never loaded here. */
const VIEWER = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))

/** OpenAPI and its viewer, which comes with the service: the page asks no other host for anything. */
export function docRoutes(routes: readonly Route[], info: ApiInfo): Route[] {
  const own = [openApiRoute(() => document), docsRoute(), assetRoute()]
  const document = openApiDocument([...routes, ...own], info)
  return own
}

function openApiRoute(document: () => unknown): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    tag,
    summary: 'This description, as OpenAPI 3.1',
    answers: { 200: { description: 'OpenAPI', schema: z.record(z.string(), z.unknown()) } },
    errors: [],
    handle: async () => ({ status: 200, body: document() }),
  })
}

const HTML = 'text/html; charset=utf-8'
/** Swagger UI writes style attributes; scripts come from files of ours only. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Millrace API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`

/** Without `validatorUrl: null` the viewer would send the description to a validator elsewhere. */
const START =
  "SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null })\n"

function docsRoute(): Route {
  return route({
    method: 'GET',
    path: '/docs',
    access: 'open',
    tag,
    summary: 'This description, to read and to try',
    answers: { 200: { description: 'A page', schema: z.string(), type: 'text/html' } },
    errors: [],
    handle: async () => ({
      status: 200,
      body: PAGE,
      headers: { 'Content-Type': HTML, 'Content-Security-Policy': CSP },
    }),
  })
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
  ['start.js', 'text/javascript; charset=utf-8'],
])

function assetRoute(): Route {
  return route({
    method: 'GET',
    path: '/docs/:file',
    access: 'open',
    tag,
    summary: 'A part of the viewer',
    params: z.object({ file: z.string() }),
    answers: { 200: { description: 'The file', schema: z.string(), type: '*/*' } },
    errors: ['NOT_FOUND'],
    handle: async ({ params: { file } }) => {
      const type = TYPES.get(file)
      if (type === undefined) throw new MillraceError('NOT_FOUND', 'There is no such path.')
      const body = file === 'start.js' ? START : await readFile(join(VIEWER, file))
      return { status: 200, body, headers: { 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' } }
    },
  })
}
