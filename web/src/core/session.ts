// Who is signed in on this phone. The access token lives in memory alone; the refresh token is the server's cookie, which
// no script can read. Of several tabs one renews and tells the others.
import { reactive } from 'vue'
import { alone } from './lock'
import { waited } from './patience'
import { place } from './place'
import { arrived, stay } from './platform'
import { Problem, toProblem } from './problem'
import { heardOfChange } from './standing'
import { clear } from './store'
import { hear, tell } from './tabs'

export type Phase = 'starting' | 'unreachable' | 'out' | 'in'

export const session = reactive({
  phase: 'starting' as Phase,
  memberId: '',
  /** Why nobody can be signed in now: no network, or a server that says so. */
  problem: null as Problem | null,
  /** Why the password is asked for while a page stays as it is; null when it is not. */
  ended: null as Problem | null,
})

interface Tokens {
  access_token: string
  expires_in: number
  member_id: string
  device_key: string
}

let access = ''
let accessUntil = 0
let renewing: Promise<void> | undefined
let signedInAgain: Array<() => void> = []

/** A network that swallows an answer must not hold up every tab. */
const LIMIT_MS = 20_000
/** How often a crowded server is asked again before the page says so: nobody can do anything without a session. */
const PATIENCE = 3

/** Calls about the session itself: no token goes with them, and no answer to them is a reason to renew. */
const call = async (path: string, body: unknown, method = 'POST') => settled(await ask(path, body, method))

async function ask(path: string, body: unknown, method = 'POST'): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (method === 'DELETE' && access) headers['Authorization'] = `Bearer ${access}`
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), LIMIT_MS)
  try {
    return await fetch(`${place}/api/v1/session${path}`, {
      signal: limit.signal,
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch (error) {
    clearTimeout(timer)
    throw toProblem(error)
  }
}

async function settled(response: Response): Promise<Response> {
  if (response.ok) {
    heardOfChange(response.status)
    return response
  }
  const problem = toProblem(await response.json().catch(() => ({})), response)
  heardOfChange(problem.status, problem.code, problem.message)
  throw problem
}

function take(tokens: Tokens) {
  access = tokens.access_token
  accessUntil = Date.now() + (tokens.expires_in - 30) * 1000
  keepDeviceKey(tokens.device_key)
  enter(tokens.member_id)
  tell({ kind: 'token', token: access, until: accessUntil, member: tokens.member_id })
}

function enter(member: string) {
  // Somebody else signed in where a page was waiting: nothing of that page is theirs.
  if (session.memberId && session.memberId !== member) {
    void clear().then(() => location.reload())
    return
  }
  session.memberId = member
  session.phase = 'in'
  arrived()
  session.ended = null
  const waiting = signedInAgain
  signedInAgain = []
  waiting.forEach((go) => go())
}

hear((word) => {
  if (word.kind === 'token') {
    access = word.token
    accessUntil = word.until
    enter(word.member)
  } else if (word.kind === 'signed-out') leave()
})

/**
 * What the start of the page finds: signed in, signed out, or no network. Only the server knows whether there is a cookie,
 * so it is always asked.
 */
export async function start(): Promise<void> {
  session.phase = 'starting'
  try {
    await refresh()
  } catch (error) {
    session.problem = error instanceof Problem && error.isPassing ? error : null
    session.phase = session.problem ? 'unreachable' : 'out'
  }
}

async function refresh(): Promise<void> {
  const before = access
  await alone('session', async () => {
    // Another tab was faster.
    if (access !== before && Date.now() < accessUntil) return
    let response = await ask('/refresh', { cookie: true })
    // Turned away unread, so that the cookie is as good as it was.
    for (let again = 0; again < PATIENCE && (await waited(response)); again++) response = await ask('/refresh', { cookie: true })
    take((await (await settled(response)).json()) as Tokens)
  })
}

window.addEventListener('online', () => session.phase === 'unreachable' && void start())

/** A token that the server takes; renewed when its time is up. */
export async function token(): Promise<string> {
  if (!access || Date.now() >= accessUntil) await renew()
  return access
}

/** Makes a new token in the place of one that was refused. Waits for the password where the session has ended. */
export async function renew(refused = access): Promise<void> {
  if (refused !== access && Date.now() < accessUntil) return
  renewing ??= refresh().finally(() => (renewing = undefined))
  try {
    await renewing
  } catch (error) {
    if (!(error instanceof Problem) || error.isPassing) throw error
    // From here on the sheet that asks for the password stands above the page, which stays as it is.
    session.ended ??= error
    await new Promise<void>((resolve) => signedInAgain.push(resolve))
  }
}

export async function signIn(account: string, password: string): Promise<void> {
  const response = await call('', { account, password, cookie: true, device: deviceName(), device_key: deviceKey() || null })
  await takeOwn(response, account)
}

export async function redeem(employeeNo: string, inviteCode: string, newPassword: string): Promise<void> {
  const response = await call('/invitation', {
    employee_no: employeeNo,
    invite_code: inviteCode,
    new_password: newPassword,
    cookie: true,
    device: deviceName(),
    device_key: deviceKey() || null,
  })
  await takeOwn(response, employeeNo)
}

/** By what somebody proves whose account of a platform it is. */
export type Proof = { account: string; password: string } | { account: string; invite_code: string } | { phone_code: string }

/** Binds the account that a platform has recognised, and signs in. */
export async function bind(ticket: string, proof: Proof): Promise<void> {
  const response = await call('/binding', { ticket, ...proof, cookie: true, device: deviceName(), device_key: deviceKey() || null })
  if ('account' in proof) await takeOwn(response, proof.account)
  else take((await response.json()) as Tokens)
}

export async function signOut(): Promise<void> {
  await call('', undefined, 'DELETE').catch((error: Problem) => {
    if (error.isPassing) throw error
  })
  tell({ kind: 'signed-out' })
  await clear()
  leave()
}

/** Forgets the session of this page without ending it, so that somebody else may sign in. */
export async function makeRoom(): Promise<void> {
  await call('', undefined, 'DELETE').catch(() => undefined)
  await clear()
  leave()
}

function leave() {
  access = ''
  accessUntil = 0
  // Who leaves is not led back at once by the platform whose browser it is.
  stay()
  // A new page: nothing that was read stays in memory.
  location.replace('#/')
  location.reload()
}

// What the phone remembers of somebody who signed in: the number, to type it once, and the key that proves the phone.

export const rememberedAccount = (): string => stored('xianfeng.account')

/** The number of whoever is signed in, where it was typed here; a session may also have come by a link of the demo. */
export const ownAccount = (): string => (stored('xianfeng.member') === session.memberId ? rememberedAccount() : '')

async function takeOwn(response: Response, account: string) {
  const tokens = (await response.json()) as Tokens
  put('xianfeng.account', account)
  put('xianfeng.member', tokens.member_id)
  take(tokens)
}

export const deviceKey = (): string => stored('xianfeng.device')
export const keepDeviceKey = (key: string) => put('xianfeng.device', key)

function stored(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

function put(key: string, value: string) {
  try {
    if (value) localStorage.setItem(key, value)
    else localStorage.removeItem(key)
  } catch {
    // A browser that keeps nothing: the number is typed again.
  }
}

/** What a list of devices calls this one. */
export function deviceName(agent = navigator.userAgent): string {
  const where = /wxwork/i.test(agent) ? '企业微信' : /MicroMessenger/.test(agent) ? '微信' : '浏览器'
  const what = /iPhone/.test(agent)
    ? 'iPhone'
    : /iPad/.test(agent)
      ? 'iPad'
      : /Android.*; ([^;)]+?)(?: Build|\))/.test(agent)
        ? `安卓手机 ${RegExp.$1}`
        : /Android/.test(agent)
          ? '安卓手机'
          : '电脑'
  return `${what} · ${where}`.slice(0, 60)
}
