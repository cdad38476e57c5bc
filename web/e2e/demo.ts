// A server with the demo enterprise in a folder.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Person {
  number: string
  password: string
}

/** As the demo's guide names them: member, secretary, organiser, administrator … */
export type People = Record<string, Person>

export interface Demo {
  address: string
  /** Those whose passwords were made at this start: nobody at a second one. */
  people: People
  stop: () => Promise<void>
}

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

export async function startDemo(folder: string): Promise<Demo> {
  const binary = process.env['XIANFENG_BIN']
  assert(binary, 'XIANFENG_BIN names the server')
  const port = 18_000 + Math.floor(Math.random() * 10_000)
  const server = spawn(binary, ['demo', '--port', String(port)], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, XIANFENG_LOG: 'error', XIANFENG_WEB_DIST: DIST } })
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
  })
  const people: People = {}
  for (const [, name, number, password] of said.matchAll(/^\s+\S+ ([a-z][a-z -]*?)\s+工号 (\S+)\s+密码 (\S+)/gm)) people[name!] = { number: number!, password: password! }
  return {
    address: `http://127.0.0.1:${port}`,
    people,
    stop: async () => {
      if (server.exitCode !== null) return
      server.removeAllListeners('exit')
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await gone
    },
  }
}
