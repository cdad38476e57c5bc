// What the tests of one file share: a server with a demo enterprise of their own, a browser, and people who sign in. Tests
// wait for what they see, never for time.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { type Demo, type People, type Person, startDemo } from './demo.ts'
import { serve } from './serve.ts'
import { watch } from './witness.ts'

export { accessible, fits, look, picture } from './sight.ts'

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const DIST = fileURLToPath(new URL('../dist', import.meta.url))
/** Pages and their parts come from this machine: what is not there by then does not come. */
const PATIENCE_MS = 30_000

export interface World {
  address: string
  /** The stand-in for WeCom and WeChat, where the file asked for one of its own. */
  platform?: string | undefined
  people: People
  browser: Browser
}

let started: Promise<World> | undefined
let demo: Demo | undefined
let closeProxy: (() => void) | undefined

export const world = () => (started ??= start())

async function start(): Promise<World> {
  const folder = process.env['XIANFENG_DEMO']
  assert(folder, 'e2e/run.ts prepares the demo enterprise')
  // The shell is the same browser without its windows, which nobody looks at, and starts in half the time.
  const found = [process.env['CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path))
  assert(found, 'no Chromium: scripts/browser installs it')
  const launching = chromium.launch({ executablePath: found, args: FLAGS })
  demo = await startDemo(folder)
  const people = JSON.parse(process.env['XIANFENG_PEOPLE'] ?? '{}') as People
  const served = await fetch(`${demo.address}/m/`).then((answer) => answer.text(), () => '')
  let { address } = demo
  // A server that was built without the pages, or with older ones: the pages of the working tree are what is tested.
  if (served !== readFileSync(`${DIST}/m/index.html`, 'utf8')) {
    console.log('the server has no or other pages: those of the working tree are served beside it')
    const proxy = await serve(address)
    closeProxy = () => {
      proxy.server.closeAllConnections()
      proxy.server.close()
    }
    address = proxy.address
  }
  return { address, platform: demo.platform, people, browser: await launching }
}

export async function stop() {
  if (!started) return
  const there = await started.catch(() => undefined)
  await there?.browser.close()
  closeProxy?.()
  await demo?.stop()
}

export interface Phone {
  page: Page
  context: BrowserContext
  /** What went wrong in the page: errors that nobody caught. */
  faults: string[]
}

/** What the browsers of the platforms say of themselves. */
export const WECOM = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 wxwork/4.1.28 MicroMessenger/7.0.1 Language/zh ColorScheme/Light'
export const WECHAT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN'

/** A phone of 375 × 812 that knows nobody; with the browser of a platform where `agent` says so. */
export async function phone(width = 375, agent?: string): Promise<Phone> {
  const { browser, address } = await world()
  const context = await browser.newContext({ ...(agent ? { userAgent: agent } : {}), viewport: { width, height: width > 500 ? 1024 : 812 }, baseURL: address, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  context.setDefaultTimeout(PATIENCE_MS)
  watch(context)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (line) => line.type() === 'error' && /Content Security Policy|Uncaught|Unhandled/.test(line.text()) && faults.push(line.text()))
  return { page, context, faults }
}

/** Somebody of the guide on a phone of their own that knows them already, at a page. */
export async function signedIn(who: string, path = '/', width = 375): Promise<Phone> {
  const { people } = await world()
  const person = people[who]
  assert(person, `nobody is called ${who} in the guide`)
  const there = await phone(width)
  // As if they had signed in at the page, which session.test.ts does; the cookie is the same.
  const answer = await there.context.request.post('/api/v1/session', { data: { account: person.number, password: person.password, cookie: true, device: '电脑 · 浏览器' } })
  assert(answer.ok(), await answer.text())
  const { member_id } = (await answer.json()) as { member_id: string }
  await there.context.addInitScript(
    ([number, member]) => {
      // Once: what the app forgets later stays forgotten.
      if (location.protocol === 'about:' || localStorage.getItem('test.known')) return
      localStorage.setItem('test.known', '1')
      localStorage.setItem('xianfeng.account', number!)
      localStorage.setItem('xianfeng.member', member!)
    },
    [person.number, member_id],
  )
  await there.page.goto(`/m/#${path}`)
  return there
}

export async function signIn(page: Page, { number, password }: Person) {
  await page.getByLabel('工号或手机号').fill(number)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor({ state: 'detached' })
}

let newcomers = 0

/** A member of the secretary's plant without a duty who has done nothing yet, by the name that `signedIn` and `api` take. */
export async function newcomer(): Promise<string> {
  const { address, people } = await world()
  const { units } = await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')
  const plant = units.find(({ kind }) => kind === '基层党委')!
  const { items } = await api<{ items: Array<{ id: string; employee_no: string; duties: unknown[] }> }>('administrator', `/units/${plant.id}/members?limit=100`)
  const known = Object.values(people).map(({ number }) => number)
  const member = items.reverse().find(({ employee_no, duties }) => duties.length === 0 && !known.includes(employee_no))
  assert(member, 'nobody is left in the plant')
  const sheet = await api<{ items: Array<{ invite_code: string }> }>('administrator', '/invitations', 'POST', { member_id: member.id, replace: true })
  const person = { number: member.employee_no, password: 'xiaoyan-0926' }
  const opened = await patiently(() =>
    fetch(`${address}/api/v1/session/invitation`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ employee_no: person.number, invite_code: sheet.items[0]!.invite_code, new_password: person.password }),
    }),
  )
  assert(opened.ok, await opened.text())
  const name = `newcomer ${++newcomers}`
  people[name] = person
  return name
}

/** Asks of today's study so many seconds, so that a test waits for no more than it has to. */
export async function shorten(seconds: number) {
  const today = await api<{ items: Array<{ item_id: string }> }>('member', '/study/today')
  await api('organiser', `/study/items/${today.items[0]!.item_id}`, 'PATCH', { minimum_seconds: seconds })
}

/**
 * Has the server's answers to what a page reads at `pattern` come as `change` makes them, until `unroute`. Each is asked
 * for on a connection of the driver, which may have been closed meanwhile; a page that was left waits for none.
 */
export async function answerWith(page: Page, pattern: string, change: (body: string) => string) {
  await page.route(pattern, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback()
    try {
      const answer = await route.fetch({ maxRetries: 2 })
      // As it comes over a line: what was said of its length and packing is true of it no more.
      const { 'content-length': _length, 'content-encoding': _packing, 'transfer-encoding': _pieces, ...headers } = answer.headers()
      const body = await answer.text()
      await route.fulfill({ status: answer.status(), headers, body: answer.ok() ? change(body) : body })
    } catch (error) {
      if (page.isClosed()) return
      console.log(`${route.request().url()} was not answered: ${String(error)}`)
      await route.abort().catch(() => undefined)
    }
  })
}

/** The same for one thing as JSON. */
export const answerJson = <T extends object>(page: Page, pattern: string, change: (there: T) => object) => answerWith(page, pattern, (body) => JSON.stringify(change(JSON.parse(body) as T)))

/** Opens the app anew at a page: nothing that an earlier one asked for is still on its way. */
export async function openAnew(page: Page, path: string) {
  await page.goto('about:blank')
  await page.goto(`/m/#${path}`)
}

/** Waits until something outside of a page is there, by asking again. */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  const end = Date.now() + 90_000
  for (;;) {
    const found = await look()
    if (found) return found
    assert(Date.now() < end, `in vain: ${what}`)
    await new Promise((go) => setTimeout(go, 200))
  }
}

/** Turns the pages of a list until `text` is there: other tests have filled it, too. */
export async function turnTo(page: Page, text: string) {
  const [found, more] = [page.getByText(text).first(), page.getByRole('button', { name: '查看更多' })]
  for (let turned = 0; turned < 20; turned++) {
    await found.or(more).first().waitFor()
    if (await found.count()) return
    const lines = await page.locator('li').count()
    await more.click()
    await page.waitForFunction((before) => document.querySelectorAll('li').length > before, lines)
  }
}

/** Asks again as long as the server says when: a dozen people who sign in at once are a crowd on a small machine. */
export async function patiently(ask: () => Promise<Response>): Promise<Response> {
  for (let again = 0; ; again++) {
    const answer = await ask()
    const { code } = answer.status === 503 ? ((await answer.clone().json()) as { code?: string }) : {}
    if (code !== 'service.unavailable' || again === 10) return answer
    await new Promise((passed) => setTimeout(passed, 1000 * Number(answer.headers.get('Retry-After') ?? 1)))
  }
}

const sessions = new Map<string, string>()

/** The API as somebody else's phone asks it, for effects that another person sees. */
export async function api<T = Record<string, unknown>>(who: string, path: string, method = 'GET', body?: unknown): Promise<T> {
  const { address, people } = await world()
  const person = people[who]!
  const json = { 'Content-Type': 'application/json' }
  const signIn = async () => ((await (await patiently(() => fetch(`${address}/api/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ account: person.number, password: person.password }) }))).json()) as { access_token: string }).access_token
  // One session for all that a test asks: each new one would end the oldest of twenty, a page's among them.
  let token = sessions.get(who) ?? (await signIn())
  const ask = (as: string, more: Record<string, string> = {}, init: RequestInit = {}) => patiently(() => fetch(`${address}/api/v1${path}`, { ...init, headers: { ...json, ...more, Authorization: `Bearer ${as}` } }))
  const send = async () => {
    // A change names the state that it changes.
    const seen = method === 'PATCH' || method === 'PUT' ? (await ask(token)).headers.get('ETag') : null
    return ask(token, seen ? { 'If-Match': seen } : {}, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  }
  let answer = await send()
  if (answer.status === 401) {
    token = await signIn()
    answer = await send()
  }
  sessions.set(who, token)
  assert(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`)
  return (answer.status === 204 ? {} : await answer.json()) as T
}

let documents = 0

/** The number of a notice of the demo enterprise: no two of its documents bear the same one. */
export const documentNo = () => `示范组发〔2026〕${1000 + ++documents}号`

/** The business day so many days from now, as the API writes days. */
export const ahead = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** This year, and the last day of this month. */
export const thisYear = () => Number(ahead(0).slice(0, 4))
export const monthsEnd = () => new Date(Date.UTC(thisYear(), Number(ahead(0).slice(5, 7)), 0)).toISOString().slice(0, 10)
