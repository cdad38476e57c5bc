import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { type People, useAccounts } from './demo.ts'
import { api, look, phone, WECHAT, WECOM, world } from './world.ts'

const guide = JSON.parse(process.env['XIANFENG_PEOPLE'] ?? '{}') as People
const LONG = '阿卜杜热合曼·买买提依明江'
useAccounts([...Object.entries(guide).map(([name, { number }]) => ({ number, name })), { number: 'another-wx', name: LONG }, { number: 'second-wx', name: LONG }])

/** A phone in the browser of a platform, on which somebody has an account. */
async function owned(userid: string, agent = WECOM) {
  const there = await phone(375, agent)
  await holds(there.context, userid)
  const entries: string[] = []
  there.page.on('request', (request) => request.url().includes('/entry') && entries.push(request.url()))
  return { ...there, entries }
}
const holds = (context: BrowserContext, userid: string) => context.addCookies([{ name: 'fake_phone', value: userid, domain: '127.0.0.1', path: '/' }])
/** Answers an interface of the platform with an error code until it is told otherwise. */
async function fault(path: string, errcode: number) {
  const { platform } = await world()
  await fetch(`${platform}/_faults`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ path, errcode }) })
}
const recover = async () => fetch(`${(await world()).platform}/_faults`, { method: 'DELETE' })
const bindings = (who: string) => api<{ items: Array<{ platform: string; bound: boolean; bound_by: string | null }> }>(who, '/me/platforms').then(({ items }) => Object.fromEntries(items.map((one) => [one.platform, one.bound ? one.bound_by : null])))
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })
async function bindByPassword(page: Page, { number, password }: { number: string; password: string }) {
  await page.getByLabel('工号或手机号').fill(number)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '绑定并登录' }).click()
}

test('in WeCom nobody fills in a form but once, to be bound; unbound, it is asked again', async () => {
  const { people } = await world()
  const member = people['member']!
  const first = await owned(member.number)
  await first.page.goto('/m/#/study')
  await heading(first.page, '绑定企业微信').waitFor()
  // Without a tap, and once.
  assert.equal(first.entries.length, 1)
  await look(first.page, 'binding')
  await first.page.getByRole('button', { name: '绑定并登录' }).click()
  await first.page.getByText('不能为空').first().waitFor()
  await bindByPassword(first.page, { number: member.number, password: '不是这个' })
  await first.page.getByRole('alert').getByText('账号或密码不正确').waitFor()
  await look(first.page, 'binding-refused')
  await bindByPassword(first.page, member)
  // Where the link led, and not the first page; nothing of the ticket stays in the address.
  await heading(first.page, '学习').waitFor()
  assert(!first.page.url().includes('ticket'))
  assert.equal((await bindings('member'))['wecom'], 'password')
  await first.context.close()

  const next = await owned(member.number)
  await next.page.goto('/m/#/ideas')
  await heading(next.page, '金点子').waitFor()
  assert.equal(next.entries.length, 1)
  // As a message leads in: by the platform's way, to its page.
  await next.page.goto('/api/v1/session/platforms/wecom/entry?to=/me/sessions')
  await next.page.getByText('凭工号与密码绑定').waitFor()
  await look(next.page, 'devices-bound')
  await next.page.getByRole('button', { name: '解除绑定' }).click()
  await next.page.getByText(/企业微信收不到提醒/).waitFor()
  await look(next.page, 'devices-unbinding')
  await next.page.getByRole('button', { name: '解除绑定' }).click()
  await next.page.getByText('已解除绑定企业微信。').waitFor()
  assert.equal((await bindings('member'))['wecom'], null)
  await next.page.evaluate(() => (location.hash = '#/me'))
  await next.page.getByRole('link', { name: /企业微信和微信的绑定/ }).click()
  await next.page.getByText('未绑定').first().waitFor()
  assert.deepEqual([...first.faults, ...next.faults], [])
  await next.context.close()
})

test('who signs out in WeCom stays out until a tap leads back in; a session that was ended goes on where it stood', async () => {
  const { people } = await world()
  const secretary = people['secretary']!
  const { page, context, faults, entries } = await owned(secretary.number)
  await page.goto('/m/#/')
  await heading(page, '绑定企业微信').waitFor()
  await bindByPassword(page, secretary)
  await page.getByText('每日一学').waitFor()
  await page.evaluate(() => (location.hash = '#/mine'))
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByText('绑定过的账号会直接登录').waitFor()
  await page.getByRole('button', { name: '退出登录', exact: true }).click()
  await page.getByRole('button', { name: '用企业微信登录' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: '用企业微信登录' }).waitFor()
  assert.equal(entries.length, 1)
  await look(page, 'sign-in-wecom')
  await page.getByRole('button', { name: '用企业微信登录' }).click()
  await page.getByText('每日一学').waitFor()
  await page.evaluate(() => (location.hash = '#/ideas'))
  await heading(page, '金点子').waitFor()

  // Ended from elsewhere: what is asked for next shows it.
  const { items } = await api<{ items: Array<{ id: string; method: string }> }>('secretary', '/me/sessions')
  for (const { id } of items.filter(({ method }) => method === 'wecom')) await api('secretary', `/me/sessions/${id}`, 'DELETE')
  await page.evaluate(() => (location.hash = '#/me/points'))
  await heading(page, '请再登录一次').waitFor()
  await look(page, 'sign-in-again-wecom')
  await page.getByRole('button', { name: '用企业微信登录' }).click()
  await heading(page, '我的积分').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('whose page is slow to come is led to it all the same, and to be bound without going round', async () => {
  const { people } = await world()
  const { page, context, faults, entries } = await owned(people['organiser']!.number)
  let free = () => {}
  const held = new Promise<void>((resolve) => (free = resolve))
  await page.route(/assets\/(Ideas|Binding)-.*\.js/, (route) => held.then(() => route.continue()))
  await page.goto('/m/#/ideas')
  await page.waitForURL(/binding/)
  assert.deepEqual(entries.map((address) => new URL(address).searchParams.get('to')), ['/ideas'])
  // As from a message, after which nothing says that somebody was led away.
  await page.evaluate(() => sessionStorage.removeItem('xianfeng.went'))
  await Promise.all([page.waitForResponse(/session\/refresh/), page.reload()])
  // By then the sign-in page, were it shown, would have led away.
  for (let turn = 0; turn < 5; turn++) await page.evaluate(() => fetch('/api/v1/config').then((answer) => answer.text()))
  free()
  await heading(page, '绑定企业微信').waitFor()
  assert.equal(entries.length, 1)
  await bindByPassword(page, people['organiser']!)
  await heading(page, '金点子').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('what the platform refuses is said with what to do, and nobody goes round in a circle', async () => {
  const outsider = await owned('somebody-else')
  await outsider.page.goto('/m/#/study')
  await outsider.page.getByText('您不是本企业在企业微信中的成员').waitFor()
  await outsider.page.getByText('还是不行的，请告诉所在支部的书记').waitFor()
  assert.equal(outsider.entries.length, 1)
  await look(outsider.page, 'sign-in-outsider')
  // The form is there, and leads in.
  const { people } = await world()
  await outsider.page.getByLabel('工号或手机号').fill(people['expert']!.number)
  await outsider.page.getByLabel('密码', { exact: true }).fill(people['expert']!.password)
  await outsider.page.getByRole('button', { name: '登录', exact: true }).click()
  // Where the reader wanted to go before the platform was asked.
  await heading(outsider.page, '学习').waitFor()
  assert(!outsider.page.url().includes('refused'))
  await outsider.context.close()

  const late = await owned(people['group leader']!.number)
  await fault('/cgi-bin/auth/getuserinfo', 40029)
  await late.page.goto('/m/#/study')
  await late.page.getByText('登录凭证已失效').waitFor()
  await late.page.getByText('请点“重新用企业微信登录”再试一次').waitFor()
  await late.page.reload()
  await late.page.getByText('登录凭证已失效').waitFor()
  assert.equal(late.entries.length, 1)
  await recover()
  await late.page.getByRole('button', { name: '重新用企业微信登录' }).click()
  await heading(late.page, '绑定企业微信').waitFor()
  // Who would rather not is not sent back there, also not by loading the page anew.
  const { length } = late.entries
  await late.page.getByRole('link', { name: '先不绑定，用密码登录' }).click()
  await heading(late.page, '登录').waitFor()
  await late.page.reload()
  await late.page.getByRole('button', { name: '用企业微信登录' }).waitFor()
  assert.equal(late.entries.length, length)

  // A code of which nothing is known is a refusal, too.
  await late.page.goto('/m/#/?refused=no.such_code')
  await late.page.getByText('没有登录成功。').waitFor()
  assert.deepEqual([...outsider.faults, ...late.faults], [])
  await late.context.close()
})

test('a ticket is good for a quarter of an hour, and a fresh one is a tap away', async () => {
  const { people } = await world()
  const { page, context, faults } = await owned(people['auditor']!.number)
  await page.clock.install()
  await page.goto('/m/#/')
  await heading(page, '绑定企业微信').waitFor()
  await page.clock.fastForward('14:30')
  await page.getByRole('button', { name: '绑定并登录' }).waitFor()
  // Loaded anew, it has no longer.
  await page.reload()
  await page.getByRole('button', { name: '绑定并登录' }).waitFor()
  await page.clock.fastForward('00:45')
  await page.getByText('绑定已超时').waitFor()
  await look(page, 'binding-over')
  await page.getByRole('button', { name: '重新进入' }).click()
  await page.getByRole('button', { name: '绑定并登录' }).waitFor()
  // One that the server does not know: its own sentence, and the same way on.
  await page.goto('/m/#/binding?platform=wecom&ticket=forged')
  await page.reload()
  await bindByPassword(page, people['auditor']!)
  await page.getByText('绑定已超时').waitFor()
  await page.goto('/m/#/binding')
  await page.reload()
  await page.getByText('这个链接不完整').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('in WeChat an invite code binds, and a second account of the same member is refused in a sentence', async () => {
  const [branch] = (await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')).units.filter(({ kind }) => kind === '党支部')
  const { items } = await api<{ items: Array<{ id: string; employee_no: string; duties: unknown[] }> }>('secretary', `/units/${branch!.id}/members?limit=100`)
  const { people } = await world()
  const known = Object.values(people).map(({ number }) => number)
  const member = items.find(({ employee_no, duties }) => duties.length === 0 && !known.includes(employee_no))!
  const sheet = await api<{ items: Array<{ invite_code: string }> }>('secretary', '/invitations', 'POST', { member_id: member.id, replace: true })
  const { page, context, faults } = await owned('another-wx', WECHAT)
  await page.goto('/m/#/')
  await heading(page, '绑定微信').waitFor()
  await page.getByRole('radio', { name: '邀请码' }).check()
  await page.getByRole('textbox', { name: '工号' }).fill(member.employee_no)
  await page.getByRole('textbox', { name: '邀请码' }).fill('AAAA-AAAA-AAAA')
  await page.getByRole('button', { name: '绑定并登录' }).click()
  await page.getByRole('alert').locator('p').or(page.locator('.said')).first().waitFor()
  await look(page, 'binding-code')
  await page.getByRole('textbox', { name: '邀请码' }).fill(sheet.items[0]!.invite_code)
  await page.getByRole('button', { name: '绑定并登录' }).click()
  await page.getByText('每日一学').waitFor()
  assert.deepEqual(faults, [])
  await context.close()

  const first = await owned(people['leader']!.number, WECHAT)
  await first.page.goto('/m/#/')
  await heading(first.page, '绑定微信').waitFor()
  await bindByPassword(first.page, people['leader']!)
  await first.page.getByText('每日一学').waitFor()
  await first.context.close()
  const second = await owned('second-wx', WECHAT)
  await second.page.goto('/m/#/')
  await heading(second.page, '绑定微信').waitFor()
  await bindByPassword(second.page, people['leader']!)
  await second.page.getByText(/您已绑定另一个账号，请先在“登录设备与绑定”中解除原绑定/).waitFor()
  await second.context.close()
})

test('the mini-program sends a phone number along, where that is paid for', async () => {
  const { address, platform, people } = await world()
  const post = (url: string, body: object) => fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then((answer) => answer.json() as Promise<Record<string, string>>)
  const inspector = people['inspector']!
  const { code } = await post(`${platform}/_codes`, { userid: inspector.number, kind: 'mini' })
  const needed = await post(`${address}/api/v1/session/platforms/mini`, { code, attempt: 'a-1' })
  assert.deepEqual(needed['ways'], ['password', 'invite_code', 'phone_code'])
  const { code: phoneCode } = await post(`${platform}/_codes`, { userid: inspector.number, kind: 'phone' })
  const { page, context, faults } = await phone(375, `${WECHAT} miniProgram/wx000000000000000b`)
  await page.goto(`/m/#/binding?platform=mini&ticket=${needed['ticket']}&phone_code=${phoneCode}`)
  assert(await page.getByRole('radio', { name: '微信手机号' }).isChecked())
  await look(page, 'binding-phone')
  await page.getByRole('button', { name: '绑定并登录' }).click()
  await page.getByText('没有人员登记这个手机号').waitFor()
  await page.getByRole('radio', { name: '工号和密码' }).check()
  await bindByPassword(page, inspector)
  await page.getByText('每日一学').waitFor()
  assert.equal((await bindings('inspector'))['mini'], 'password')
  assert.deepEqual(faults, [])
  await context.close()
})

test('on a PC a code is scanned', async () => {
  const { people } = await world()
  const { page, context, faults } = await phone(1280)
  await page.goto('/m/#/study')
  await page.getByRole('button', { name: '企业微信扫码登录' }).waitFor()
  await look(page, 'sign-in-pc')
  await page.getByRole('button', { name: '企业微信扫码登录' }).click()
  // The stand-in asks who holds the phone that scans.
  await page.getByRole('link', { name: new RegExp(people['secretary']!.number) }).click()
  await heading(page, '学习').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('each chooses what comes by which channel, of what the enterprise lets choose', async () => {
  const { people } = await world()
  const { page, context, faults } = await owned(people['secretary']!.number)
  await page.goto('/m/#/me/notice-settings')
  await heading(page, '大字版和提醒').waitFor()
  const card = page.locator('section').filter({ has: page.getByRole('heading', { name: '发到企业微信' }) })
  await card.getByText('总是发送').first().waitFor()
  await look(page, 'settings-channels')
  const ways = () => api<{ ways: Array<{ kind: string; channel: string; wanted: boolean; may_choose: boolean }> }>('secretary', '/me/notice-settings').then((all) => Object.fromEntries(all.ways.map((way) => [`${way.channel}/${way.kind}`, way.wanted])))
  assert.equal((await ways())['wecom/study'], true)
  await card.getByRole('switch', { name: /每日一学/ }).uncheck()
  await page.getByText('已保存。').waitFor()
  assert.deepEqual(Object.entries(await ways()).filter(([, wanted]) => !wanted).map(([way]) => way), ['wecom/study'])
  // In the app, apart from that.
  const own = page.locator('section').filter({ has: page.getByRole('heading', { name: '在先锋里提醒' }) })
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/me/settings') && answer.request().method() === 'PUT'), own.getByRole('switch', { name: '每日一学' }).uncheck()])
  assert.deepEqual((await api<{ muted_notices: string[] }>('secretary', '/me/settings')).muted_notices, ['study'])
  await card.getByRole('switch', { name: /每日一学/ }).check()
  while (!(await ways())['wecom/study']) await page.waitForTimeout(100)
  // Refused: what was tapped is shown as it is.
  await page.route('**/me/notice-settings', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()))
  await card.getByRole('switch', { name: /每日一学/ }).click()
  await page.getByText('网络不通').first().waitFor()
  assert(await card.getByRole('switch', { name: /每日一学/ }).isChecked())
  assert.deepEqual(faults, [])
  await context.close()
})
