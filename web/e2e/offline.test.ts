import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, look, newcomer, shorten, signedIn, turnTo } from './world.ts'

const SAVED = '已保存在手机上，联网后自动提交。'

test('the network goes in the middle of a paper: it is handed in when it comes back, once', async () => {
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who, '/quiz/daily')
  await page.getByText('第 1 题，共 5 题').waitFor()
  await page.getByRole('button', { name: '下一题' }).click()
  // What is fetched ahead for want of a network later comes once the first page is there.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /assets\/Waiting-[\w-]+\.js/.test(name)) && [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet))
  await context.setOffline(true)
  for (let at = 2; at <= 4; at++) {
    await page.getByText(`第 ${at} 题，共 5 题`).waitFor()
    await page.getByRole('button', { name: '下一题' }).click()
  }
  const blank = page.getByLabel('填写答案')
  if (await blank.count()) await blank.fill('答案')
  else await page.locator('.option').first().click()
  await page.getByRole('button', { name: '看总览' }).click()
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByRole('button', { name: '交卷', exact: true }).click()
  await page.getByText(SAVED).waitFor()
  await look(page, 'offline-paper')
  // The page of what waits needs no network either.
  await page.evaluate(() => (location.hash = '#/waiting'))
  await page.getByText(/每日一答 \d+月\d+日/).waitFor()
  await look(page, 'offline-waiting')
  let sent = 0
  page.on('request', (request) => request.url().endsWith('/submission') && sent++)
  await context.setOffline(false)
  await page.getByText('没有等待提交的内容。').waitFor()
  assert.equal(sent, 1)
  const paper = await api<{ submitted: boolean }>(who, '/quiz/daily')
  assert.equal(paper.submitted, true)
  assert.deepEqual(faults, [])
  await context.close()
})

test('an idea whose answer was lost, and a phone that was closed meanwhile: there is one idea, with its photograph', async () => {
  const { page, context, faults } = await signedIn('member', '/ideas/new')
  const title = '井口休息室加装烘干柜'
  await page.getByLabel('标题').fill(title)
  await page.getByRole('radio', { name: '作风' }).check()
  await page.getByLabel('问题').fill('下班的湿工装没有地方烘干，第二天还是潮的。')
  await page.getByLabel('建议').fill('在休息室装两台烘干柜，按班次轮流用。')
  await page.locator('input[type=file]').setInputFiles({ name: '休息室.png', mimeType: 'image/png', buffer: PICTURE })
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  // The server takes the idea, and its answer never arrives.
  await page.route('**/api/v1/ideas', async (route) => {
    if (route.request().method() === 'POST') await route.fetch({ maxRetries: 2 })
    await route.abort()
  })
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText(SAVED).waitFor()
  await page.close()
  const again = await context.newPage()
  await again.goto('/m/#/waiting')
  await again.getByText('没有等待提交的内容。').waitFor()
  const mine = await api<{ items: Array<{ id: string; title: string }> }>('member', '/ideas?author_id=me')
  const made = mine.items.filter((idea) => idea.title === title)
  assert.equal(made.length, 1)
  const idea = await api<{ attachments: unknown[] }>('member', `/ideas/${made[0]!.id}`)
  assert.equal(idea.attachments.length, 1)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a reading whose time is up without a network counts when it comes back', async () => {
  await shorten(5)
  const { page, context, faults } = await signedIn(await newcomer(), '/study')
  await page.getByRole('link').filter({ hasText: /约 \d+/ }).first().click()
  await page.getByText(/再读/).waitFor()
  await context.setOffline(true)
  await page.getByText('时间已够').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: '完成学习' }).click()
  await page.getByText(SAVED).waitFor()
  await context.setOffline(false)
  await page.getByText(/已完成，积分 \+\d/).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('leaving shows what was not sent before the phone forgets it', async () => {
  const { page, context, faults } = await signedIn('organiser', '/ideas/new')
  await page.getByLabel('标题').fill('这条点子没有网络')
  await page.getByRole('radio', { name: '作风' }).check()
  await page.getByLabel('问题').fill('问题')
  await page.getByLabel('建议').fill('建议')
  await page.route('**/api/v1/ideas', (route) => route.abort())
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText(SAVED).waitFor()
  await page.evaluate(() => (location.hash = '#/mine'))
  await page.getByText('1 项待提交').waitFor()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('button', { name: '退出登录', exact: true }).click()
  await page.getByText('还有 1 项没有提交').waitFor()
  await look(page, 'leaving-waiting')
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('button', { name: '退出登录', exact: true }).click()
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor()
  // Nothing of anybody stays.
  const left = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open('xianfeng')
        opening.onsuccess = () => {
          const shelves = [...opening.result.objectStoreNames]
          const reading = opening.result.transaction(shelves)
          let sum = 0
          shelves.forEach((shelf) => (reading.objectStore(shelf).count().onsuccess = (event) => (sum += (event.target as IDBRequest<number>).result)))
          reading.oncomplete = () => resolve(sum)
        }
      }),
  )
  assert.equal(left, 0)
  assert.deepEqual(faults, [])
  await context.close()
})

test('two tabs whose tokens end at the same moment go on with one session', async () => {
  const { page, context } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  const second = await context.newPage()
  await second.goto('/m/')
  await second.getByText('每日一学').waitFor()
  let refreshed = 0
  const refused = { status: 401, contentType: 'application/problem+json', body: JSON.stringify({ code: 'sessions.invalid_token', detail: '登录凭证无效或已过期，请重新登录' }) }
  for (const tab of [page, second]) {
    let once = true
    await tab.route('**/api/v1/me/points', (route) => {
      if (!once) return route.continue()
      once = false
      return route.fulfill(refused)
    })
    tab.on('request', (request) => request.url().endsWith('/session/refresh') && refreshed++)
  }
  await Promise.all([page, second].map((tab) => tab.evaluate(() => (location.hash = '#/mine'))))
  await page.getByText('本月').waitFor()
  await second.getByText('本月').waitFor()
  // One renews and tells the other; on the same instant both may, and both go on.
  assert(refreshed >= 1 && refreshed <= 2, `${refreshed} refreshes`)
  await page.reload()
  await page.getByText('本月').waitFor()
  await context.close()
})

test('after an update a page of the release before is loaded anew, once', async () => {
  const { page, context } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  let gone = true
  await page.route('**/assets/Practice-*', (route) => (gone ? route.fulfill({ status: 404, body: '' }) : route.continue()))
  page.once('framenavigated', () => (gone = false))
  let loads = 0
  page.on('load', () => loads++)
  await page.getByRole('link', { name: '练习' }).click()
  await page.getByRole('button', { name: /全部类别/ }).waitFor()
  assert.equal(loads, 1)
  await context.close()
})

test('a page that was never opened waits for the network, and what is open stays', async () => {
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who, '/me/notices')
  await turnTo(page, '今日学习：')
  await page.evaluate(() => window.scrollTo(0, 300))
  const line = page.getByRole('button', { name: /今日学习：/ }).first()
  const top = await line.evaluate((part: HTMLElement) => part.getBoundingClientRect().top)
  // Not by the driver's click, which scrolls first.
  await line.evaluate((part: HTMLElement) => part.click())
  await page.getByRole('heading', { name: '学习内容' }).waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  // What was looked at stands where it stood, whatever came in above it.
  await page.getByRole('heading', { name: '通知' }).waitFor()
  await page.waitForFunction((y) => [...document.querySelectorAll('button.line')].some((part) => part.textContent?.includes('今日学习：') && Math.abs(part.getBoundingClientRect().top - y) < 2), top)
  await context.setOffline(true)
  await page.evaluate(() => (location.hash = '#/me/points'))
  await page.getByText('网络不通。请检查网络，稍后再试。').waitFor()
  await look(page, 'offline-page')
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByText('网络不通。请检查网络，稍后再试。').waitFor()
  await context.setOffline(false)
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByRole('heading', { name: '我的积分' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('a server that is away says so and nothing is lost', async () => {
  const { page, context, faults } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }))
  await page.evaluate(() => (location.hash = '#/quiz/practice'))
  await page.getByText('系统正在维护，您填写的内容不会丢失，请稍后再试。').waitFor()
  await look(page, 'maintenance')
  await page.unroute('**/api/v1/**')
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByRole('button', { name: /全部类别/ }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

/** A picture of 64 × 64 pixels. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUElEQVR42u3PQQkAAAgEsEvhz/5VjGUE38JgBZapfi0CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICApcFDxmw4qxvwpIAAAAASUVORK5CYII=',
  'base64',
)
