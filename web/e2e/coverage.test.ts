import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unitOf } from './team.ts'
import { api, look, signedIn } from './world.ts'

test('who has read and who has not is seen by the group and by name', async () => {
  const { page, context, faults } = await signedIn('secretary', '/work/study')
  await page.getByText('应学').waitFor()
  await page.getByText('还没学完').waitFor()
  await look(page, 'coverage')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a push is planned for the branch, shown, and taken back', async () => {
  const branch = await unitOf('secretary')
  const { page, context, faults } = await signedIn('secretary', '/work/study/plan')
  await page.getByText('这一天还没有本组织安排的推送。').waitFor()
  // Whoever plans chooses from the whole library, and may read what is to be pushed.
  await page.getByLabel('学习内容').locator('option').nth(20).waitFor({ state: 'attached' })
  await look(page, 'plan')
  await page.getByRole('button', { name: '安排推送' }).click()
  await page.getByText('请选择学习内容。').waitFor()
  await page.getByLabel('学习内容').selectOption({ index: 3 })
  await page.getByRole('link', { name: '先看一遍' }).click()
  await page.getByRole('heading', { name: '学习内容' }).waitFor()
  await page.locator('.markdown').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByLabel('学习内容').selectOption({ index: 1 })
  const on = await page.getByLabel('日期').inputValue()
  await page.getByRole('button', { name: '安排推送' }).click()
  await page.getByText(/已安排明天推送/).waitFor()
  await page.getByText('待推送').waitFor()
  const there = await api<{ items: Array<{ unit_id: string; state: string }> }>('organiser', `/study/pushes?day=${on}`)
  assert(there.items.some(({ unit_id, state }) => unit_id === branch.id && state === 'planned'))
  // A unit has one a day, and the page says so.
  await page.getByLabel('学习内容').selectOption({ index: 1 })
  await page.getByRole('button', { name: '安排推送' }).click()
  await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor()
  await look(page, 'plan-refused')
  await page.getByRole('button', { name: '取消推送' }).click()
  await page.getByRole('button', { name: '取消推送' }).click()
  await page.getByText('已取消', { exact: true }).waitFor()
  const later = await api<{ items: Array<{ unit_id: string; state: string }> }>('organiser', `/study/pushes?day=${on}`)
  assert(!later.items.some(({ unit_id, state }) => unit_id === branch.id && state === 'planned'))
  assert.deepEqual(faults, [])
  await context.close()
})
