import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, tokenOf } from './selection.ts'
import { api, look, signedIn, until } from './world.ts'

interface Contest {
  id: string
  title: string
  state: string
  attempts: Array<{ id: string; running: boolean; submitted: boolean }>
}
const contests = () => api<{ items: Contest[] }>('member', '/contests').then(({ items }) => items)

async function answer(page: Page) {
  const blank = page.getByLabel('填写答案')
  if (await blank.count()) return blank.fill('应急预案')
  // By the keyboard, so that nothing leads on by itself.
  await page.locator('.option input').first().focus()
  await page.keyboard.press('Space')
}
const saved = (id: string) => api<{ answers: unknown[] }>('member', `/contests/${id}/attempts/current`).then(({ answers }) => answers.length)
async function untilSaved(id: string, count: number) {
  const end = Date.now() + 10_000
  while ((await saved(id)) < count) assert(Date.now() < end, `never saved: ${count} answers`)
}

test('a contest from its announcement to its result', async () => {
  const all = await contests()
  const announced = all.find(({ state }) => state === 'announced')!
  const running = all.find(({ state }) => state === 'open')!
  const first = await signedIn('member', '/contests')
  await first.page.getByText(running.title).waitFor()
  await look(first.page, 'contests')
  await first.page.getByText(announced.title).click()
  await first.page.getByText(/开始$/).first().waitFor()
  assert.equal(await first.page.getByRole('button', { name: '开始作答' }).count(), 0)
  await look(first.page, 'contest-announced')
  await first.page.getByRole('button', { name: '返回' }).click()
  await first.page.getByText(running.title).click()
  await first.page.getByRole('button', { name: '开始作答' }).click()
  await first.page.getByText('中途离开也继续计时').waitFor()
  await look(first.page, 'contest-start')
  await first.page.getByRole('button', { name: '开始作答' }).click()
  await first.page.getByText(/第 1 题，共 \d+ 题/).waitFor()
  await answer(first.page)
  await untilSaved(running.id, 1)
  await look(first.page, 'contest-question')
  // The phone falls into the shaft.
  await first.context.close()
  assert.deepEqual(first.faults, [])

  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '接着做' }).waitFor()
  await page.getByRole('link').filter({ hasText: '已答 1 /' }).click()
  await page.getByRole('button', { name: /继续作答，还剩/ }).click()
  await page.getByText(/第 1 题，共 \d+ 题/).waitFor()
  if (await page.locator('.option').count()) await page.locator('.option input:checked').first().waitFor({ state: 'attached' })
  await page.getByRole('button', { name: '下一题' }).click()
  await page.getByText(/第 2 题，共/).waitFor()
  // No network: what is answered stays on the phone, through a killed page, and is sent afterwards.
  await context.setOffline(true)
  await answer(page)
  await page.getByText('1 题已保存在手机上，联网后自动提交。').waitFor()
  await context.setOffline(false)
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await page.getByText('1 题已保存在手机上').waitFor({ state: 'detached' })
  await untilSaved(running.id, 2)
  await page.getByRole('button', { name: '总览' }).click()
  await page.getByText('还没有作答').first().waitFor()
  await look(page, 'contest-overview')
  // Asked once, by the numbers of what is open; "not yet" leads to the first of it.
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByText(/还有 \d+ 题没有作答（第 3、4、5、.+题.*），交卷后不能再改/).waitFor()
  await look(page, 'contest-unanswered')
  await page.getByRole('button', { name: '去作答' }).click()
  await page.getByText(/第 3 题，共/).waitFor()
  await answer(page)
  await untilSaved(running.id, 3)
  assert.equal((await api<Contest>('member', `/contests/${running.id}`)).attempts.at(-1)!.submitted, false)
  await page.getByRole('button', { name: '总览' }).click()
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByText(/还有 \d+ 题没有作答（第 4、5、.+题.*），交卷后不能再改/).waitFor()
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByRole('heading', { name: '作答结果' }).waitFor()
  await page.getByText(/各题的答案和解析/).waitFor()
  await look(page, 'contest-handed-in')
  assert.equal((await api<Contest>('member', `/contests/${running.id}`)).attempts.at(-1)!.submitted, true)

  const organiser = await tokenOf('organiser')
  await call(organiser, `/contests/${running.id}/closing`, 'POST')
  // Once everybody is ranked.
  await until(() => call(organiser, `/contests/${running.id}/publication`, 'POST').catch(() => false as const), 'the contest is ranked')
  await page.getByRole('link', { name: '回到竞赛' }).click()
  await page.getByText('已公布').waitFor()
  await page.getByRole('link', { name: /第 1 次/ }).click()
  // What was left open is no wrong answer.
  await page.getByText('没有作答', { exact: true }).first().waitFor()
  await look(page, 'contest-result')

  // Somebody else sees the ranking.
  const other = await signedIn('secretary', `/contests/${running.id}/rankings`)
  await other.page.getByText('测试党员0006').waitFor()
  await look(other.page, 'contest-rankings')
  await other.page.getByRole('radio', { name: '支部' }).check()
  await other.page.getByText(/人中 \d+ 人参加/).first().waitFor()
  await look(other.page, 'contest-branches')
  await other.page.getByRole('radio', { name: '各题' }).check()
  await other.page.getByRole('heading', { name: '得分分布' }).waitFor()
  await look(other.page, 'contest-questions')
  assert.deepEqual(other.faults, [])
  await other.context.close()
  assert.deepEqual(faults, [])
  await context.close()
})

test('no contest, and a list that cannot be read', async () => {
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  await page.route('**/api/v1/contests', (route) => route.abort())
  await page.goto('/m/#/contests')
  await page.getByRole('button', { name: '重试' }).waitFor()
  await page.unroute('**/api/v1/contests')
  await page.route('**/api/v1/contests', (route) => route.fulfill({ json: { items: [] } }))
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByText('还没有竞赛。').waitFor()
  await look(page, 'contests-none')
  assert.deepEqual(faults, [])
  await context.close()
})
