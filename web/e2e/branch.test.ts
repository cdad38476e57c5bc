import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerJson, api, look, openAnew, signedIn } from './world.ts'

interface Today {
  day: string
  branch: { id: string; name: string; board: { rank: number; size: number } | null; next_meeting: { title: string } | null }
}

test('one’s branch: secretary, next meeting, place; a meeting that the secretary sets is there for the member', async () => {
  const before = await api<Today>('member', '/me/today')
  const { page, context, faults } = await signedIn('member', '/me/branch')
  await page.getByRole('heading', { name: before.branch.name }).waitFor()
  await page.getByText('支部书记').waitFor()
  await page.getByText('支部党员本周积分').waitFor()
  await look(page, 'branch')
  await page.getByRole('link').filter({ hasText: before.branch.next_meeting!.title }).click()
  await page.getByRole('heading', { name: before.branch.next_meeting!.title }).waitFor()
  await look(page, 'meeting-next')
  assert.deepEqual(faults, [])

  // What the secretary writes down is what the secretary reads, and the member is told what comes next.
  const title = '党员大会：学习安全生产规程，讨论本支部党员先锋岗创建方案和明年工作安排'
  await api('secretary', '/meetings', 'POST', { kind: 'branch', unit_id: before.branch.id, held_on: before.day, title, minutes: '一、学习安全生产规程。\n二、讨论先锋岗创建方案，原则通过。', attendance: [] })
  const secretary = await signedIn('secretary', '/meetings')
  await secretary.page.getByText(title).waitFor()
  await look(secretary.page, 'branch-meetings')
  await secretary.page.getByText(title).click()
  await secretary.page.getByText('讨论先锋岗创建方案，原则通过').waitFor()
  await look(secretary.page, 'branch-meeting')
  assert.deepEqual(secretary.faults, [])
  await secretary.context.close()
  await context.close()
})

test('a branch without a secretary, a meeting or a place', async () => {
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  await answerJson<Today>(page, '**/api/v1/me/today', (there) => ({ ...there, branch: { ...there.branch, name: '阿尔金山镍钴矿深部开采工程项目临时联合党支部', secretaries: [], next_meeting: null, board: null } }))
  await openAnew(page, '/me/branch')
  await page.getByText('还没有安排下次会议').waitFor()
  await look(page, 'branch-bare')
  assert.deepEqual(faults, [])
  await context.close()
})
