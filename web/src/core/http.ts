// Every request of the generated client goes through here: the token, one renewal, a time limit, and what the server says
// beside its answers.
import { ref } from 'vue'
import { client } from 'xianfeng-client/client'
import { askCode, NEEDED, NEEDED_AGAIN } from './code'
import { waited } from './patience'
import { place } from './place'
import { toProblem } from './problem'
import { renew, token } from './session'
import { heardOfChange } from './standing'

/** Unread notices, as the server last counted them. */
export const unread = ref(0)

/** Whether the last request found the server; pages say 网络不通 once, at the top. */
export const reachable = ref(true)

/** How far the server's clock is ahead of the phone's, in milliseconds. */
let ahead = 0
export const serverNow = () => Date.now() + ahead

const LIMIT_MS = 20_000
const LIMIT_UPLOAD_MS = 120_000
/** A whole roster is looked at row by row. */
const LIMIT_IMPORT_MS = 600_000
const limitOf = (path: string) => (path.includes('/api/v1/imports/') ? LIMIT_IMPORT_MS : path.endsWith('/files') || path.endsWith('/me/archive') ? LIMIT_UPLOAD_MS : LIMIT_MS)
/** Asked before anybody has signed in. */
const OPEN = /\/api\/v1\/(labels|config|session\/reset-request|certificates\/[^/]+)$/

/** What is asked while a code is asked for. */
const OF_CODES = /\/api\/v1\/(session|me)\/second-factor/

async function send(input: RequestInfo | URL): Promise<Response> {
  const request = input as Request
  const open = OPEN.test(new URL(request.url).pathname)
  let [asked, refused] = [false, 0]
  for (let again = false; ; again = true) {
    const attempt = request.clone()
    const used = open ? '' : await token()
    if (used) attempt.headers.set('Authorization', `Bearer ${used}`)
    const response = await patient(attempt)
    if (request.method !== 'GET') void hearOfChange(response)
    if (response.status === 403 && !open && !OF_CODES.test(new URL(request.url).pathname)) {
      const refusal = (await response.clone().json().catch(() => ({}))) as { code?: string }
      if (refusal.code === NEEDED || (refusal.code === NEEDED_AGAIN && !asked)) {
        asked = true
        if (refused++ < 2 && (await askCode(toProblem(refusal, response), request.method !== 'GET'))) continue
      }
      return response
    }
    if (response.status !== 401 || again || open) return response
    // A wrong present password is 401 too, and no reason to renew.
    const body = (await response.clone().json().catch(() => ({}))) as { code?: string }
    if (body.code === 'sessions.wrong_password') return response
    await renew(used)
  }
}

/** What is only read is asked for once more by itself. */
async function patient(request: Request): Promise<Response> {
  if (request.method !== 'GET') return limited(request)
  const response = await limited(request.clone())
  return (await waited(response)) ? limited(request) : response
}

async function hearOfChange(response: Response) {
  if (response.status !== 503) return heardOfChange(response.status)
  const body = (await response.clone().json().catch(() => ({}))) as { code?: string; detail?: string }
  heardOfChange(response.status, body.code, body.detail)
}

async function limited(request: Request): Promise<Response> {
  const stop = new AbortController()
  const limit = limitOf(new URL(request.url).pathname)
  const timer = setTimeout(() => stop.abort(), limit)
  try {
    const sent = Date.now()
    const response = await fetch(request, { signal: stop.signal })
    listen(request, response, sent)
    // The limit goes on for the body; once that is there, it has nothing to end.
    return response
  } catch (error) {
    clearTimeout(timer)
    reachable.value = false
    throw error
  }
}

/** The state in which a thing was last seen here, by its path: what a change of it names as If-Match. */
const states = new Map<string, string>()

/** The header that says which state of `path` is being changed; nothing where it was not seen. */
export function seen(path: string): Record<string, string> {
  const state = states.get(path)
  return state ? { 'If-Match': state } : {}
}

/** Holds the state of `path` that a form shows: what else of the app reads there meanwhile must not pass for it. */
export function useShown(path: () => string) {
  let state: Record<string, string> = {}
  return {
    /** It shows now what was read just now. */
    renew: () => void (state = seen(path())),
    headers: () => state,
  }
}

function listen(request: Request, response: Response, sent: number) {
  reachable.value = true
  const state = response.headers.get('ETag')
  // what was written may name its new state, too, for the next saving
  if (state && ['GET', 'PUT'].includes(request.method)) states.set(new URL(request.url).pathname.slice(place.length), state)
  const count = response.headers.get('X-Unread')
  if (count !== null) unread.value = Number(count) || 0
  const date = Date.parse(response.headers.get('Date') ?? '')
  // The header has whole seconds, so it is half a second behind on average; the answer took half its way to come.
  if (date) ahead = date + 500 - (sent + Date.now()) / 2
}

client.setConfig({ baseUrl: location.origin + place, fetch: send as typeof fetch, throwOnError: true })
client.interceptors.error.use((error, response) => toProblem(error, response as Response | undefined))
