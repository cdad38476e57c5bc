import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joins, unitOf } from './team.ts'
import { api, look, newcomer, signedIn } from './world.ts'

interface Meeting {
  attendees: Array<{ id: string; name: string; entered_at: string | null }>
  excused_members: Array<{ id: string; reason: string | null }>
  begins_at: string | null
  place: string | null
}

test('the code on the leader’s screen is entered on a phone: who is there is there, and who was not excuses himself', async () => {
  const branch = await unitOf('secretary')
  const today = (await api<{ day: string }>('member', '/me/today')).day
  const title = '党员大会：讨论预备党员转正'
  const { id } = await api<{ id: string }>('secretary', '/meetings', 'POST', { kind: 'branch', unit_id: branch.id, held_on: today, title, place: '二楼会议室', attendance: [] })

  // The leader puts the code on the screen.
  const leader = await signedIn('secretary', `/meetings/${id}`)
  await leader.page.getByRole('link', { name: '显示签到码' }).click()
  await leader.page.getByText('已到会 0 人').waitFor()
  await look(leader.page, 'attendance-screen')
  const shown = async () => (await leader.page.locator('.digits').innerText()).replace(/\D/g, '')
  assert.match(await shown(), /^\d{6}$/)

  // A member of the branch finds the meeting, with its place, and enters what is on the screen.
  const member = await signedIn('member', '/mine')
  await member.page.getByRole('link', { name: '支部会议' }).click()
  await member.page.getByRole('link', { name: new RegExp(title) }).getByText('二楼会议室').waitFor()
  await look(member.page, 'meetings-member')
  await member.page.getByRole('link', { name: new RegExp(title) }).click()
  const enter = member.page.getByRole('button', { name: '签到', exact: true })
  assert(await enter.isDisabled())
  await member.page.getByLabel('签到码').fill((await shown()) === '000000' ? '111111' : '000000')
  await enter.click()
  await member.page.locator('.field.wrong .said').waitFor()
  await look(member.page, 'attendance-wrong')
  await member.page.getByLabel('签到码').fill(await shown())
  await enter.click()
  await member.page.getByText(/^您已签到/).waitFor()
  await look(member.page, 'attendance-entered')
  await leader.page.getByText('已到会 1 人').waitFor()

  // Somebody of another branch does not belong there.
  const stranger = await signedIn(await newcomer())
  await stranger.page.getByText('每日一学').waitFor()
  await stranger.page.evaluate((to) => (location.hash = `#/meetings/${to}`), id)
  await stranger.page.getByRole('alert').filter({ hasText: /./ }).waitFor()
  assert.equal(await stranger.page.getByLabel('签到码').count(), 0)
  await stranger.context.close()

  // The leader writes the hours and who was excused; whoever entered the code stays.
  await leader.page.getByRole('button', { name: '返回' }).click()
  await leader.page.getByRole('link', { name: '修改' }).click()
  await leader.page.getByText(/\d\d:\d\d 签到/).waitFor()
  await leader.page.getByLabel('开始').fill('10:00')
  await leader.page.getByLabel('结束').fill('09:00')
  await leader.page.getByRole('button', { name: '保存' }).click()
  await leader.page.locator('.field.wrong').first().waitFor()
  await leader.page.getByLabel('结束').fill('11:30')
  await leader.page.getByText('请假的人').click()
  await leader.page.getByRole('combobox', { name: '测试党员0008' }).selectOption('shift')
  await look(leader.page, 'meeting-excusing')
  await leader.page.getByRole('button', { name: '保存' }).click()
  await leader.page.getByText('测试党员0008（轮班）').waitFor()
  await leader.page.getByText(/10:00 至 11:30/).waitFor()
  await look(leader.page, 'meeting-with-code')
  const seen = await api<Meeting>('member', `/meetings/${id}`)
  assert.equal(seen.attendees.length, 1)
  assert(seen.attendees[0]!.entered_at)
  // Why somebody was excused is for those who lead to know.
  assert.deepEqual(seen.excused_members.map(({ reason }) => reason), [null])
  assert.deepEqual((await api<Meeting>('secretary', `/meetings/${id}`)).excused_members.map(({ reason }) => reason), ['shift'])
  assert.equal(seen.place, '二楼会议室')

  // A mistake is put right: struck off, the member may enter again.
  await leader.page.getByText('有人登记错了').click()
  await leader.page.getByRole('button', { name: '取消到会' }).click()
  await leader.page.getByRole('button', { name: '取消到会', exact: true }).click()
  await leader.page.getByText('还没有登记到会。').waitFor()
  assert.equal((await api<Meeting>('member', `/meetings/${id}`)).attendees.length, 0)
  assert.deepEqual([...leader.faults, ...member.faults], [])
  await leader.context.close()
  await member.context.close()
})

test('who has not answered the day’s paper, and who has no account yet', async () => {
  const { page, context, faults } = await signedIn('secretary', '/work')
  await page.getByRole('link', { name: /答题情况/ }).click()
  await page.getByText('还没答题').waitFor()
  await page.getByText('只看是否答题，不看答对多少。').waitFor()
  await look(page, 'quiz-coverage')
  const before = await page.locator('.line').filter({ hasText: /JC\d+/ }).count()
  const paper = await api<{ day: string; questions: Array<{ id: string }> }>('member', '/quiz/daily')
  await api('member', `/quiz/daily/${paper.day}/submission`, 'PUT', { answers: [], leave_unanswered: true })
  await page.reload()
  await page.waitForFunction((count) => [...document.querySelectorAll('.line')].filter((line) => /JC\d+/.test(line.textContent ?? '')).length === count - 1, before)
  await page.getByLabel('日期').selectOption({ index: 13 })
  await page.locator('.empty').waitFor()
  await look(page, 'quiz-coverage-none')

  await page.evaluate(() => (location.hash = '#/work/members'))
  await page.getByRole('radio', { name: /还没登录过/ }).check()
  await page.getByText('没有邀请码').first().waitFor()
  await look(page, 'members-never')
  const first = (await page.locator('.line .title').filter({ hasText: /测试党员/ }).first().innerText()).trim()
  await page.getByRole('link', { name: /^邀请码/ }).click()
  await page.getByText(/还没有登录过的 \d+ 人/).waitFor()
  await page.getByText(first).waitFor()
  await look(page, 'codes-before')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a member reads what the branch decided, and not what its committee said', async () => {
  const branch = await unitOf('secretary')
  await joins('committee', branch.id, 'branch_committee')
  const today = (await api<{ day: string }>('member', '/me/today')).day
  const { id } = await api<{ id: string }>('secretary', '/meetings', 'POST', { kind: 'branch_committee', unit_id: branch.id, held_on: today, title: '支委会：研究评优推荐', minutes: '推荐意见待党员大会讨论。', attendance: [] })
  const { page, context, faults } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  await page.evaluate((to) => (location.hash = `#/meetings/${to}`), id)
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor()
  assert.equal(await page.getByText('推荐意见待党员大会讨论。').count(), 0)
  assert.deepEqual(faults, [])
  await context.close()
})
