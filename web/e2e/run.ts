// Runs the browser tests: `scripts/browser [--pictures] [name …]`, with names of files to run, and with pictures of every page
// for people to look at. The demo enterprise is made once; each
// file gets a copy of it, a server and a browser of its own, so that none finds what another one did, and several run at
// the same time: tests wait for the server as often as they work.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type People, startDemo } from './demo.ts'

const HERE = import.meta.dirname
const ROUTES = join(HERE, '../src/m/routes')
/** How long each file took, last time: the longest begins first, so that none is waited for at the end. */
const TIMES = join(HERE, 'pictures', 'times.json')
/** Wait for the server's minute for longer than they work, and so run beside the others. */
const IDLE = ['doubted', 'late']
/** Measures times, and so has the machine for itself. */
const ALONE = 'sizes'
const AT_ONCE = Math.max(2, Number(process.env['XIANFENG_BROWSERS'] ?? availableParallelism() + 1))

interface Outcome {
  name: string
  seconds: number
  passed: boolean
  tests: number
}

const running = new Set<ChildProcess>()
const seed = mkdtempSync(join(tmpdir(), 'xianfeng-browser-'))
/** The pages that were looked at, as each file adds them. */
const looked = join(seed, 'looked')
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
  rmSync(seed, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

async function prepare(): Promise<People> {
  const demo = join(seed, 'demo')
  mkdirSync(demo)
  const { people, stop } = await startDemo(demo)
  await stop()
  return people
}

/** One file in a process of its own; what it says is printed when it has ended. */
function run(name: string, people: People): Promise<Outcome> {
  const folder = join(seed, name)
  cpSync(join(seed, 'demo'), folder, { recursive: true })
  const began = Date.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test-reporter=spec', join(HERE, 'file.ts'), name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XIANFENG_DEMO: folder, XIANFENG_PEOPLE: JSON.stringify(people), XIANFENG_LOOKED: looked },
    })
    running.add(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes))
    child.on('close', (code) => {
      running.delete(child)
      rmSync(folder, { recursive: true, force: true })
      const seconds = (Date.now() - began) / 1000
      const tests = Number(/^ℹ tests (\d+)/m.exec(said)?.[1] ?? 0)
      // The summary of each file would only hide what it says.
      console.log(`${name}\n${said.replace(/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm, '').trimEnd()}\n`)
      resolve({ name, seconds, passed: code === 0, tests })
    })
  })
}

async function runAll(names: string[], people: People): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const work = async (waiting: string[]) => {
    for (let name = waiting.shift(); name; name = waiting.shift()) outcomes.push(await run(name, people))
  }
  const busy = names.filter((name) => !IDLE.includes(name))
  await Promise.all([...Array.from({ length: AT_ONCE }, () => work(busy)), ...names.filter((name) => IDLE.includes(name)).map((name) => work([name]))])
  return outcomes
}

/** Pages of the app that no test looked at: without a picture, without axe, without room for large type. */
function unseen(): { all: number; never: string[] } {
  const code = readdirSync(ROUTES).map((file) => readFileSync(join(ROUTES, file), 'utf8')).join('\n')
  // What only leads on to another page is none.
  const all = [...code.matchAll(/path: '([^']+)', component/g)].map(([, path]) => path!)
  const seen = existsSync(looked) ? readFileSync(looked, 'utf8').split('\n') : []
  const never = all.filter((path) => {
    // `/ideas/new` is no idea.
    const literal = all.filter((other) => !other.includes(':'))
    const pattern = new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)
    return !seen.some((one) => pattern.test(one) && (one === path || !literal.includes(one)))
  })
  return { all: all.length, never }
}

/** Where nobody knows how long a file takes: by how many pages it looks at. */
const guess = (name: string) => readFileSync(join(HERE, `${name}.test.ts`), 'utf8').split('look(').length
const before = existsSync(TIMES) ? (JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>) : {}
const wanted = process.argv.slice(2).filter((word) => word !== '--pictures')
if (process.argv.includes('--pictures')) process.env['XIANFENG_PICTURES'] = '1'
const names = readdirSync(HERE)
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.test.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
  .sort((a, b) => (before[b] ?? guess(b)) - (before[a] ?? guess(a)))

const began = Date.now()
const people = await prepare()
const outcomes = await runAll(names.filter((name) => name !== ALONE), people)
for (const name of names.filter((one) => one === ALONE)) outcomes.push(await run(name, people))
// A browser on a busy machine may be late once. What fails is tried once more, and said so.
const late = process.env['XIANFENG_ONCE'] ? [] : outcomes.filter(({ passed }) => !passed).map(({ name }) => name)
if (late.length) console.log(`once more: ${late.join(' ')}\n`)
for (const name of late) Object.assign(outcomes.find((one) => one.name === name)!, await run(name, people))

for (const { name, seconds, tests, passed } of outcomes.sort((a, b) => b.seconds - a.seconds)) console.log(`${name.padEnd(12)} ${String(tests).padStart(2)} tests ${seconds.toFixed(1).padStart(6)} s${passed ? '' : '  failed'}`)
const all = outcomes.reduce((sum, { tests }) => sum + tests, 0)
console.log(`${outcomes.length} files, ${all} tests in ${((Date.now() - began) / 1000).toFixed(0)} s, ${AT_ONCE} at a time`)
mkdirSync(dirname(TIMES), { recursive: true })
writeFileSync(TIMES, JSON.stringify({ ...before, ...Object.fromEntries(outcomes.map(({ name, seconds }) => [name, Math.round(seconds)])) }))
const pages = unseen()
if (wanted.length === 0) console.log(`looked at ${pages.all - pages.never.length} of ${pages.all} pages${pages.never.length ? `, but never at ${pages.never.join(' ')}` : ''}`)
process.exit(outcomes.length > 0 && outcomes.every(({ passed }) => passed) && (wanted.length > 0 || pages.never.length === 0) ? 0 : 1)
