import { type Command, Option } from 'commander'
import { newKeyText } from '../src/store/apiKeys.js'
import type { KeyType } from '../src/store/ports/keys.js'
import { type KeyId, type ProjectId, parseId } from '../src/workflow/ids.js'
import { withProjects } from './database.js'
import { print } from './output.js'

interface KeyOptions {
  readonly json?: true
  readonly project: string
}

interface NewKeyOptions extends KeyOptions {
  readonly type: KeyType
  readonly name?: string
}

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('API keys of a project')
  keys
    .command('create')
    .requiredOption('--project <id>', 'the project of the key')
    .addOption(new Option('--type <type>', 'what it opens').choices(['secret', 'public']).default('secret'))
    .option('--name <name>', 'to tell keys apart by')
    .option('--json', 'print { keyId, key }')
    .description('make a key; its text is shown this once')
    .action(create)
  keys
    .command('revoke')
    .argument('<keyId>')
    .requiredOption('--project <id>', 'the project of the key')
    .description('end a key: it opens nothing any more within 5 s')
    .action(revoke)
}

function projectIdOf({ project }: KeyOptions): ProjectId {
  const id = parseId<ProjectId>(project)
  if (id === null)
    throw new Error(`--project is ${JSON.stringify(project)}, which is not the id of a project.`)
  return id
}

async function create(options: NewKeyOptions): Promise<void> {
  const projectId = projectIdOf(options)
  const text = newKeyText(options.type)
  const key = await withProjects(async ({ projects, keys }) => {
    if ((await projects.get(projectId)) === null) throw new Error(`There is no project ${projectId}.`)
    return keys.add(projectId, { text, type: options.type, name: options.name ?? null }, new Date())
  })
  print(options.json === true, [{ keyId: key?.id ?? '', key: text }])
}

async function revoke(keyId: string, options: KeyOptions): Promise<void> {
  const projectId = projectIdOf(options)
  const id = parseId<KeyId>(keyId)
  const result =
    id === null ? 'unknown' : await withProjects(({ keys }) => keys.revoke(projectId, id, new Date()))
  if (result === 'unknown') throw new Error(`There is no key ${keyId} in project ${projectId}.`)
  if (result === 'last') throw new Error('It is the last secret key of its project, which must keep one.')
  process.stdout.write(`revoked ${keyId}\n`)
}
