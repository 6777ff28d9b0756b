import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { newKeyText } from '../src/store/apiKeys.js'
import type { ProjectId } from '../src/workflow/ids.js'
import { withProjects } from './database.js'
import { print } from './output.js'

interface Options {
  readonly json?: true
}

export function addProjectCommands(program: Command): void {
  const projects = program
    .command('projects')
    .description('tenants: each has workflows, contacts and keys of its own')
  projects
    .command('create')
    .argument('<name>', 'shown to people, need not be unique')
    .option('--json', 'print { projectId, secretKey, publicKey }')
    .description('make a project with one secret and one public key, shown this once')
    .action(create)
  projects.command('list').option('--json', 'print JSON').description('oldest first').action(list)
}

async function create(name: string, { json }: Options): Promise<void> {
  const project = { id: randomUUID() as string as ProjectId, name, createdAt: new Date() }
  const [secretKey, publicKey] = [newKeyText('secret'), newKeyText('public')]
  await withProjects(({ projects }) =>
    projects.createWithKeys(project, [
      { text: secretKey, type: 'secret', name: null },
      { text: publicKey, type: 'public', name: null },
    ]),
  )
  print(json === true, [{ projectId: project.id, secretKey, publicKey }])
}

async function list({ json }: Options): Promise<void> {
  const all = await withProjects(({ projects }) => projects.all())
  const rows = all.map(({ id, name, createdAt }) => ({
    projectId: id,
    name,
    createdAt: createdAt.toISOString(),
  }))
  print(json === true, rows)
}
