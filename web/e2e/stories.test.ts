import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { joins } from './team.ts'
import { api, look, newcomer, shorten, signedIn, world } from './world.ts'

test('a member’s day: read and answer in the morning, vote at noon, an idea after the shift, and what became of it', async () => {
  await shorten(3)
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who)
  let taps = 0
  const tap = async (name: string | RegExp, role: 'link' | 'button' = 'button') => {
    await page.getByRole(role, { name }).first().click()
    taps++
  }
  // Morning: the study item, the paper.
  await page.getByText(/约 \d+\s分钟/).first().waitFor()
  await look(page, 'member-1-morning', { kept: true })
  await tap(/^每日一学/, 'link')
  await page.getByText('时间已够').waitFor({ timeout: 30_000 })
  await tap('完成学习')
  await page.getByText('已完成').waitFor()
  await look(page, 'member-2-read', { kept: true })
  const before = taps
  let answers = 0
  await tap('去答题', 'link')
  for (let at = 1; at <= 5; at++) {
    await page.getByText(`第 ${at} 题，共 5 题`).waitFor()
    const blank = page.getByLabel('填写答案')
    const leadsOn = (await page.locator('.option input[type=radio]').count()) > 0 && at < 5
    if (await blank.count()) await blank.fill('答案')
    else await page.locator('.option').first().click()
    taps++
    // Where several may be right, or words are written, one says oneself when to go on.
    answers += leadsOn || at === 5 ? 1 : 2
    if (!leadsOn) await tap(at < 5 ? '下一题' : '看总览')
  }
  await tap('交卷')
  await page.getByText(/答对/).first().waitFor()
  // Beside the answers: to open it, to look it over, to hand it in. With the tap of the guide's link that is four.
  const besides = taps - before - answers
  console.log(`today’s questions: ${besides + 1} taps from the guide’s link beside the answers`)
  assert(besides + 1 <= 5, `${besides + 1} taps`)
  await look(page, 'member-3-answered', { kept: true })
  await tap('回首页', 'link')
  await page.getByRole('heading', { name: '今天完成了' }).waitFor()
  console.log(`a member’s morning: ${taps} taps`)
  await look(page, 'member-4-done', { kept: true })
  const today = await api<{ minutes_left: number; streak: { days: number; today_done: boolean }; points: { today: number } }>(who, '/me/today')
  assert.deepEqual([today.minutes_left, today.streak], [0, { days: 1, today_done: true }])
  assert(today.points.today > 0)

  // Noon: the vote that is open, from the first page to the receipt.
  await page.getByRole('link', { name: /十大优秀党建品牌评选/ }).click()
  await page.getByRole('checkbox').nth(1).check()
  await page.getByRole('checkbox').nth(4).check()
  await page.getByRole('button', { name: '去投票' }).click()
  await page.getByRole('button', { name: '确认投票' }).click()
  await page.getByRole('heading', { name: '您已投票' }).waitFor()
  await look(page, 'member-5-voted', { kept: true })
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('link', { name: /十大优秀党建品牌评选.*已投票/ }).waitFor()

  // After the shift: an idea with a photograph.
  await page.getByRole('link', { name: '提金点子' }).click()
  await page.getByLabel('标题').fill('罐笼候车区加装挡风帘')
  await page.getByRole('radio', { name: '作风' }).check()
  await page.getByLabel('问题').fill('冬天候罐的地方风大，等车的人聚在通道里。')
  await page.getByLabel('建议').fill('候车区两侧装透明挡风帘，通道留出一米五。')
  await page.locator('input[type=file]').setInputFiles({ name: '候车区.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) })
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交。每走一步，您都会收到通知。').waitFor()
  const id = page.url().match(/ideas\/([0-9a-f-]+)/)![1]!

  // The branch decides; the member is told, and reads why.
  const { me } = await api<{ me: { unit_id: string }; branch: { id: string } }>(who, '/me/today')
  const { branch } = await api<{ branch: { id: string; secretaries: Array<{ id: string }> } }>(who, '/me/today')
  const leader = await joins('leader of the day', me.unit_id, 'group_leader')
  const secretary = await joins('secretary of the day', branch.id, 'secretary')
  const { day } = await api<{ day: string }>(who, '/me/today')
  const meeting = (as: string, kind: string, unit_id: string, present: string) => api<{ id: string }>(as, '/meetings', 'POST', { kind, unit_id, held_on: day, title: '讨论金点子', minutes: '逐条讨论。', attendance: [present] })
  await api('leader of the day', `/ideas/${id}/collection`, 'POST', { meeting_id: (await meeting('leader of the day', 'group', me.unit_id, leader.id)).id })
  await api('secretary of the day', `/ideas/${id}/decision`, 'POST', { verdict: 'adopted', meeting_id: (await meeting('secretary of the day', 'branch_committee', branch.id, secretary.id)).id, reason: '花钱不多，入冬前装好。' })
  // Notices are on their way for a moment.
  await page.evaluate(() => (location.hash = '#/me/notices'))
  const notice = page.getByRole('button', { name: /罐笼候车区加装挡风帘.*采纳/ })
  for (let asked = 0; asked < 40 && !(await notice.count()); asked++) {
    await page.reload()
    await page.getByText('今日答题已发布').first().waitFor()
  }
  await notice.first().click()
  await page.getByText('花钱不多，入冬前装好。').waitFor()
  await look(page, 'member-6-idea', { kept: true })
  await page.evaluate(() => (location.hash = '#/me/points'))
  await page.getByRole('heading', { name: '我的积分' }).waitFor()
  await page.getByText(/罐笼候车区加装挡风帘/).first().waitFor()
  await look(page, 'member-7-points', { kept: true })
  assert.deepEqual(faults, [])
  await context.close()
})

/** As large as phones take them. */
async function photograph(page: Page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 4000
    canvas.height = 3000
    const paint = canvas.getContext('2d')!
    const sky = paint.createLinearGradient(0, 0, 0, 3000)
    sky.addColorStop(0, '#8d99a6')
    sky.addColorStop(1, '#3d4650')
    paint.fillStyle = sky
    paint.fillRect(0, 0, 4000, 3000)
    return canvas.toDataURL('image/jpeg', 0.9)
  })
  return Buffer.from(url.split(',')[1]!, 'base64')
}

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
