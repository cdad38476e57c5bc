// A server with the demo enterprise in a folder.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Person {
  number: string
  password: string
}

/** As the demo's guide names them: member, secretary, organiser, administrator … */
export type People = Record<string, Person>

export interface Demo {
  address: string
  /** The stand-in for the platforms, where it runs apart. */
  platform?: string | undefined
  /** Those whose passwords were made at this start: nobody at a second one. */
  people: People
  stop: () => Promise<void>
}

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** The file from which the server reads by how many seconds its clock is ahead; nothing where it has the machine's. */
let clock: string | undefined
let ahead = 0

/** Now, by the server's clock. */
export const serverNow = () => Date.now() + ahead * 1000

/**
 * Has the server of this file, when it comes, a clock that tests set; until then it shows the machine's time. Says whether
 * the machine can (Debian has it as `faketime`).
 */
export function ownClock(): boolean {
  if (!clock && fakeTime()) {
    clock = join(mkdtempSync(join(tmpdir(), 'xianfeng-clock-')), 'ahead')
    turnClock(0)
  }
  return !!clock
}

/**
 * Starts the server of this file at an hour of the enterprise, next time it comes. Gives by how many seconds that is
 * ahead; nothing where the machine cannot.
 */
export function setClock(hour: string): number | undefined {
  if (!ownClock()) return undefined
  const [hours, minutes] = hour.split(':').map(Number) as [number, number]
  const local = new Date(Date.now() + 8 * 3_600_000)
  const now = local.getUTCHours() * 3600 + local.getUTCMinutes() * 60 + local.getUTCSeconds()
  turnClock((hours * 3600 + minutes * 60 - now + 86_400) % 86_400)
  return ahead
}

/** Sets the clock of a server that runs. */
export function turnClock(seconds: number) {
  ahead = seconds
  writeFileSync(clock!, `+${seconds}\n`)
}

/** Puts a clock that tests set on to an instant, so that nobody waits for it; one of the machine goes there by itself. */
export function goTo(instant: number) {
  const left = Math.ceil((instant - serverNow()) / 1000)
  if (clock && left > 0) turnClock(ahead + left)
}

function fakeTime(): string | undefined {
  const places = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`) : []
  return places.find((path) => existsSync(path))
}

const setTime = () =>
  clock ? { LD_PRELOAD: fakeTime(), FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' } : {}

/** Who has an account on the platforms; nobody where the demo's own stand-in is used. */
let accounts: Array<{ number: string; name: string }> | undefined

/**
 * Has the server of this file use a stand-in for WeCom and WeChat in a process of its own, on which accounts are not called
 * by employee numbers as in the demo: so that nobody is known before he is bound, in WeChat too.
 */
export const useAccounts = (of: Array<{ number: string; name: string }>) => (accounts = of)

/** The stand-in, and the arguments by which it says that a server is told of it. */
async function startPlatform(binary: string, app: string, port: number) {
  const members = accounts!.map(({ number, name }) => `--member=${number}=${name}`)
  const server = spawn(binary, ['fake-platform', '--port', String(port), '--app-url', app, ...members], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, XIANFENG_LOG: 'error' } })
  let said = ''
  const told = await new Promise<string[]>((resolve, reject) => {
    server.stdout.on('data', (bytes: Buffer) => {
      said += bytes
      const line = /^\s+xianfeng serve (--.*)$/m.exec(said)
      if (line) resolve(line[1]!.split(' '))
    })
    server.on('exit', (code) => reject(new Error(`the stand-in ended with ${code}:\n${said}`)))
  })
  return { address: `http://127.0.0.1:${port}`, told, stop: () => server.removeAllListeners('exit').kill('SIGTERM') }
}

/** Several start at the same time: a port that somebody else has taken meanwhile is no reason to fail. */
export async function startDemo(folder: string, attempts = 3): Promise<Demo> {
  try {
    return await startOn(folder, 18_000 + Math.floor(Math.random() * 10_000))
  } catch (error) {
    if (attempts > 1 && /已被占用|in use/.test(String(error))) return startDemo(folder, attempts - 1)
    throw error
  }
}

async function startOn(folder: string, port: number): Promise<Demo> {
  const binary = process.env['XIANFENG_BIN']
  assert(binary, 'XIANFENG_BIN names the server')
  const platform = accounts ? await startPlatform(binary, `http://127.0.0.1:${port}`, port + 1) : undefined
  const server = spawn(binary, ['demo', '--port', String(port), ...(platform ? [...platform.told, '--mini-phone=true'] : [])], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...setTime(), XIANFENG_LOG: 'error', XIANFENG_WEB_DIST: DIST } })
  let said = ''
  let progress = ''
  server.stderr.on('data', (bytes: Buffer) => (progress += bytes))
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (bytes: Buffer) => {
      said += bytes
      // The last thing that the guide prints are lines to paste.
      if (/已就绪[\s\S]*curl -s[^\n]*boards/.test(said)) resolve()
    })
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${progress}${said}`)))
  }).catch((error: unknown) => {
    platform?.stop()
    throw error
  })
  const people: People = {}
  for (const [, name, number, password] of said.matchAll(/^\s+\S+ ([a-z][a-z -]*?)\s+工号 (\S+)\s+密码 (\S+)/gm)) people[name!] = { number: number!, password: password! }
  return {
    address: `http://127.0.0.1:${port}`,
    platform: platform?.address,
    people,
    stop: async () => {
      platform?.stop()
      if (server.exitCode === null) {
        server.removeAllListeners('exit')
        const gone = new Promise((resolve) => server.once('exit', resolve))
        server.kill('SIGTERM')
        await gone
      }
      if (clock) rmSync(dirname(clock), { recursive: true, force: true })
    },
  }
}
