// What bad input gets: the server's words beside the field, a page that comes back as it was, a sentence where the server
// cannot answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { putAside } from './team.ts'
import { accessible, api, fits, look, picture, signedIn, until, world } from './world.ts'

/** What is said about a field, where the eye and a reader find it: below it, and named as its description. */
async function beside(field: Locator): Promise<string> {
  assert.equal(await field.getAttribute('aria-invalid'), 'true')
  return field.evaluate((input) => {
    const ids = (input.getAttribute('aria-describedby') ?? '').split(' ')
    const said = ids.map((id) => document.getElementById(id)).find((part) => part?.classList.contains('said'))
    if (!said) throw new Error('nothing describes the field')
    const [above, below] = [input.getBoundingClientRect(), said.getBoundingClientRect()]
    if (below.top < above.bottom - 1 || below.top > above.bottom + 40) throw new Error('it is said far from its field')
    return said.textContent ?? ''
  })
}

test('what the server refuses of a field stands beside that field, and goes when it is changed', async () => {
  const { page, context, faults } = await signedIn('secretary', '/meetings/new')
  const asked: unknown[] = []
  page.on('response', (answer) => answer.url().endsWith('/api/v1/meetings') && answer.request().method() === 'POST' && asked.push(answer.status()))
  await page.getByLabel('日期').fill('')
  await page.getByRole('button', { name: '保存' }).click()
  const name = page.getByLabel('会议名称')
  await page.locator('.field.wrong').first().waitFor()
  assert.deepEqual(asked, [422], 'the server said so, and not the page')
  const wrong = page.locator('[aria-invalid=true]')
  for (let at = 0; at < (await wrong.count()); at++) assert.match(await beside(wrong.nth(at)), /[一-龥]/)
  // The first field that was refused has the focus, however far above the button it is.
  assert.equal(await wrong.first().evaluate((field) => document.activeElement === field), true)
  await look(page, 'fault-meeting')
  await page.getByLabel('日期').fill('2026-11-20')
  await name.fill('')
  await page.getByRole('button', { name: '保存' }).click()
  await page.waitForFunction(() => document.querySelector('[aria-invalid=true]')?.closest('.field')?.textContent?.includes('会议名称'))
  assert.equal(await beside(name), '不能为空')
  await name.fill('支委会：研究班前会')
  assert.equal(await name.getAttribute('aria-invalid'), 'false')
  assert.equal(await page.getByText('不能为空').count(), 0)
  assert.deepEqual(faults, [])
  await context.close()
})

/** A page of a form, what is typed there, and how one leaves. */
const FORMS: Array<[who: string, path: string, field: string, text: string]> = [
  ['member', '/ideas/new', '问题', '井口候车时风大，等车的人没有地方避风。'],
  ['member', '/me/feedback', '您的意见', '夜班下井以前看不到当天的题。'],
  ['secretary', '/meetings/new', '会议名称', '党员大会：听取上半年工作汇报'],
]

test('a page that was left comes back as it was: by another page, by a reload, by a phone that was put aside', async () => {
  for (const [who, path, field, text] of FORMS) {
    const { page, context, faults } = await signedIn(who, path)
    await page.getByLabel(field, { exact: true }).fill(text)
    // Another page, and back.
    await page.evaluate(() => (location.hash = '#/help'))
    await page.getByRole('heading', { name: '帮助' }).waitFor()
    await page.goBack()
    await page.waitForFunction(([label, words]) => [...document.querySelectorAll('label')].some((one) => one.textContent === label && (document.getElementById(one.htmlFor) as HTMLInputElement | null)?.value === words), [field, text])
    await putAside(page)
    await page.reload()
    await page.waitForFunction(([label, words]) => [...document.querySelectorAll('label')].some((one) => one.textContent === label && (document.getElementById(one.htmlFor) as HTMLInputElement | null)?.value === words), [field, text])
    assert.deepEqual(faults, [])
    await context.close()
  }
})

test('lists come back where they were left', async () => {
  const { page, context, faults } = await signedIn('secretary', '/ideas')
  await page.getByRole('radio', { name: '本支部' }).check()
  await page.getByRole('link', { name: /采场溜井口/ }).click()
  await page.getByText('办理过程').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('link', { name: /采场溜井口/ }).waitFor()
  assert.equal(await page.getByRole('radio', { name: '本支部' }).isChecked(), true)
  assert.deepEqual(faults, [])
  await context.close()
})

test('an ended session asks for the password, says when it is wrong, and goes on where one stood', async () => {
  const { page, context, faults } = await signedIn('member', '/me/feedback')
  await page.getByLabel('您的意见').fill('希望能看到往年的评选结果。')
  const { items } = await api<{ items: Array<{ id: string; current: boolean }> }>('member', '/me/sessions')
  for (const one of items) if (!one.current) await api('member', `/me/sessions/${one.id}`, 'DELETE')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByRole('heading', { name: '请再输入一次密码' }).waitFor()
  // What lies behind can neither be tapped nor be reached by a keyboard, and is still to be read.
  assert.equal(await page.locator('.pages').getAttribute('inert'), '')
  await page.getByLabel(/的密码$/).fill('不是这个')
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByRole('alert').getByText('账号或密码不正确').waitFor()
  await look(page, 'fault-ended')
  const { people } = await world()
  await page.getByLabel(/的密码$/).fill(people['member']!.password)
  await page.getByRole('button', { name: '继续' }).click()
  // The very request that was refused has gone on its way.
  await page.getByText('前答复').waitFor()
  await page.getByText('希望能看到往年的评选结果。').waitFor()
  assert.equal((await api<{ items: unknown[] }>('member', '/me/feedback')).items.length, 1)
  assert.deepEqual(faults, [])
  await context.close()
})

// doubted.test.ts has a server that means it; here every sentence of a server that is short of something has its place.
const busy = { status: 503, contentType: 'application/problem+json', headers: { 'Retry-After': '5' }, body: JSON.stringify({ code: 'service.unavailable', status: 503, title: 'Service Unavailable', detail: '系统正在维护，暂时只能查看，请稍后再提交' }) }

test('a server that only reads for now says so in its own sentence, and what was written stays', async () => {
  const { page, context, faults } = await signedIn('secretary', '/meetings/new')
  await page.getByLabel('会议名称').fill('支委会：研究冬季防冻')
  await page.route('**/api/v1/**', (route) => (route.request().method() === 'GET' ? route.continue() : route.fulfill(busy)))
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('alert').getByText('系统正在维护，暂时只能查看，请稍后再提交').waitFor()
  await look(page, 'fault-read-only')
  assert.equal(await page.getByLabel('会议名称').inputValue(), '支委会：研究冬季防冻')
  // Reading goes on.
  await page.evaluate(() => (location.hash = '#/ideas'))
  await page.getByRole('heading', { name: '金点子', level: 1 }).waitFor()
  await page.getByText('您还没有提过点子。').waitFor()
  await page.unroute('**/api/v1/**')
  await page.goBack()
  await page.getByLabel('会议名称').waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存。').waitFor()
  await page.getByRole('heading', { name: '支委会：研究冬季防冻' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('a server that is crowded for a moment is asked once more by the page itself', async () => {
  const { page, context, faults } = await signedIn('member', '/ideas')
  await page.getByRole('heading', { name: '金点子', level: 1 }).waitFor()
  let asked = 0
  await page.route('**/api/v1/ideas?*', (route) => (++asked === 1 ? route.fulfill({ ...busy, headers: { 'Retry-After': '1' } }) : route.continue()))
  await page.getByRole('radio', { name: '本支部' }).check()
  await page.getByText('采场溜井口').first().waitFor()
  assert.equal(await page.getByRole('button', { name: '重试' }).count(), 0)
  await until(async () => asked >= 2, 'the page asks once more')
  // So is the session asked for, without which nobody could do anything.
  let renewed = 0
  await page.route('**/api/v1/session/refresh', (route) => (++renewed <= 2 ? route.fulfill({ ...busy, headers: { 'Retry-After': '1' } }) : route.continue()))
  await page.reload()
  await page.getByText('采场溜井口').or(page.getByText('您还没有提过点子。')).first().waitFor()
  assert.equal(renewed, 3)
  assert.deepEqual(faults, [])
  await context.close()
})

test('while a proxy answers in the server’s place, what can wait waits on the phone', async () => {
  const { page, context, faults } = await signedIn('member', '/ideas/new')
  await page.getByLabel('标题').fill('值班室配一个急救箱')
  await page.getByRole('radio', { name: '作风' }).check()
  await page.getByLabel('问题').fill('最近的急救箱在井口。')
  await page.getByLabel('建议').fill('每个值班室放一个，每月检查。')
  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }))
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('系统正在维护，已保存在手机上，恢复后自动提交。').waitFor()
  await page.evaluate(() => (location.hash = '#/mine'))
  await page.getByRole('heading', { name: '我的', level: 1 }).waitFor()
  await page.unroute('**/api/v1/**')
  // Signing out sends what waits before the phone forgets it.
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('button', { name: '退出登录', exact: true }).click()
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor()
  const mine = await api<{ items: Array<{ title: string; state: string }> }>('member', '/ideas?author_id=me')
  assert.deepEqual(mine.items.filter(({ title }) => title === '值班室配一个急救箱').map(({ state }) => state), ['submitted'])
  assert.deepEqual(faults, [])
  await context.close()
})

test('a page that is not there, a thing that is not there, a thing that is not one’s own', async () => {
  const { page, context, faults } = await signedIn('member', '/ideas/00000000-0000-7000-8000-000000000000')
  await page.getByRole('alert').getByText('没有找到这条金点子').waitFor()
  await look(page, 'fault-missing')
  await page.getByRole('link', { name: '回首页' }).click()
  await page.getByText('每日一学').waitFor()
  await page.evaluate(() => (location.hash = '#/work/codes'))
  await page.getByText('这里是有职务的人办事的地方。').waitFor()
  await look(page, 'fault-no-duty')
  assert.deepEqual(faults, [])
  await context.close()
})

test('the first page of the demo is a page like the others', async () => {
  const { page, context } = await signedIn('member')
  await page.goto('/')
  await page.getByRole('heading', { name: '先锋' }).waitFor()
  await accessible(page, 'demo')
  await fits(page, 'demo')
  await picture(page, 'demo')
  await picture(page, 'demo-768', { width: 768 })
  await context.close()
})

