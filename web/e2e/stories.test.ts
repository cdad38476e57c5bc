import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, look, newcomer, shorten, signedIn, world } from './world.ts'

test('a member’s day: read, answer, be done', async () => {
  await shorten(3)
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who)
  let taps = 0
  const tap = async (name: string | RegExp, role: 'link' | 'button' = 'button') => {
    await page.getByRole(role, { name }).first().click()
    taps++
  }
  await page.getByText('约 4 分钟').or(page.getByText(/约 \d+ 分钟/)).first().waitFor()
  await tap(/^每日一学/, 'link')
  await page.getByText('时间已够').waitFor({ timeout: 30_000 })
  await tap('完成学习')
  await page.getByText('已完成').waitFor()
  await tap('去答题', 'link')
  for (let at = 1; at <= 5; at++) {
    await page.getByText(`第 ${at} 题，共 5 题`).waitFor()
    const blank = page.getByLabel('填写答案')
    const leadsOn = (await page.locator('.option input[type=radio]').count()) > 0 && at < 5
    if (await blank.count()) await blank.fill('答案')
    else await page.locator('.option').first().click()
    taps++
    if (!leadsOn) await tap(at < 5 ? '下一题' : '看总览')
  }
  await tap('交卷')
  await page.getByText(/答对/).first().waitFor()
  await tap('回首页', 'link')
  await page.getByRole('heading', { name: '今天完成了' }).waitFor()
  console.log(`a member’s day: ${taps} taps`)
  await look(page, 'day-done')
  const today = await api<{ minutes_left: number; streak: { days: number; today_done: boolean }; points: { today: number } }>(who, '/me/today')
  assert.deepEqual([today.minutes_left, today.streak], [0, { days: 1, today_done: true }])
  assert(today.points.today > 0)
  assert.deepEqual(faults, [])
  await context.close()
})

test('whoever carries an idea out reports, and hands in what shows that it is done', async () => {
  const { page, context, faults } = await signedIn('member')
  await page.getByRole('link', { name: /实施金点子/ }).click()
  await page.getByRole('heading', { name: /由您实施/ }).waitFor()
  await page.getByLabel('进展').fill('摄像头已装好，正在调试。')
  await page.getByRole('button', { name: '报告进展' }).click()
  await page.getByText('摄像头已装好，正在调试。').and(page.locator('.steps *')).waitFor()
  await page.getByRole('button', { name: '已做完，提交验收' }).click()
  await page.getByRole('button', { name: '提交验收' }).click()
  await page.getByText('不能为空').waitFor()
  await page.getByLabel('做完的情况').fill('跑偏时三秒内报警，试用一周没有误报。')
  await look(page, 'idea-delivering')
  await page.getByRole('button', { name: '提交验收' }).click()
  await page.getByText('跑偏时三秒内报警').first().waitFor()
  await page.getByRole('heading', { name: '实施结果' }).waitFor()
  const id = page.url().match(/ideas\/([0-9a-f-]+)/)![1]!
  assert.equal((await api<{ state: string }>('secretary', `/ideas/${id}`)).state, 'delivered')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a session that ends while somebody writes asks for the password, and what was written goes on its way', async () => {
  const { page, context, faults } = await signedIn('secretary', '/ideas/new')
  await page.getByLabel('标题').fill('值班室的钥匙编号挂牌')
  await page.getByRole('radio', { name: '作风' }).check()
  // What is looked for while one types has its answer, so that the session ends at what is sent.
  const looked = page.waitForResponse((answer) => answer.url().includes('/ideas/similar') && answer.url().includes('text='))
  await page.getByLabel('问题').fill('钥匙混放，夜里找不到。')
  await looked
  await page.getByLabel('建议').fill('按房间编号挂牌，用完签名。')
  const { items } = await api<{ items: Array<{ id: string; current: boolean }> }>('secretary', '/me/sessions')
  for (const session of items) if (!session.current) await api('secretary', `/me/sessions/${session.id}`, 'DELETE')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByRole('heading', { name: '请再输入一次密码' }).waitFor()
  const { people } = await world()
  await page.getByLabel(/的密码$/).fill(people['secretary']!.password)
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByText('已提交。每走一步，您都会收到通知。').waitFor()
  await page.getByText('钥匙混放，夜里找不到。').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
