// The way in for every command on a fresh clone: installs, builds, then runs dist/scripts/<command>.js.
// Plain JavaScript without dependencies, since nothing is installed yet when it starts.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NODE_AT_LEAST = [20, 19]
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.millrace-lock')

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

function npm(...args) {
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell })
  if (error) fail(`npm does not run (${error.message}): it comes with Node.js.`)
  return status === 0
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = NODE_AT_LEAST
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  fail(`Millrace needs Node.js ${NODE_AT_LEAST.join('.')} or newer; this is ${process.versions.node}.`)
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

// What npm says it installed against what the lock asks for: an `npm install` by hand needs no second one.
function isInstalled() {
  try {
    const wanted = readJson(join(root, 'package-lock.json')).packages
    const present = readJson(join(root, 'node_modules', '.package-lock.json')).packages
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
    )
  } catch {
    return false
  }
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  if (!isInstalled()) {
    process.stdout.write('Installing what package-lock.json lists (npm ci; half a minute) …\n')
    const quietly = ['--loglevel=error', '--include=dev', '--no-audit', '--no-fund']
    // npm ci refuses a lock without the optional packages of every other platform; npm install takes the same versions.
    const installed = npm('ci', ...quietly) || npm('install', '--no-save', ...quietly)
    if (!installed) fail('npm could not install: see above.')
  }
  writeFileSync(stamp, lock)
}

function commands() {
  return readdirSync(join(root, 'scripts')).flatMap((file) =>
    file.endsWith('.ts') ? [file.slice(0, -3)] : [],
  )
}

checkNode()
const [command, ...args] = process.argv.slice(2)
if (!command || !existsSync(join(root, 'scripts', `${command}.ts`))) {
  fail(
    `Usage: node scripts/bootstrap.mjs <command> [arguments], where command is one of ${commands().join(', ')}.`,
  )
}
install()
const built = npm('run', '-s', 'build')
// The tests build once more as a stage of their own and report what is wrong there; the services need no engine.
const buildMayFail = ['test', 'services']
if (!built && !buildMayFail.includes(command)) fail('The build failed: see above.')

const script = join(root, 'dist', 'scripts', `${command}.js`)
if (!existsSync(script)) fail(`The build made no ${script}.`)
process.setSourceMapsEnabled(true)
process.argv = [process.argv[0], script, ...args]
// The same process: signals, terminal and exit code are the command's without further ado.
await import(pathToFileURL(script).href)
