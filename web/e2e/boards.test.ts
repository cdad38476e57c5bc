import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerJson, api, look, openAnew, signedIn } from './world.ts'

interface Mine {
  rank: number
  score: number
}

test('boards: one’s own place, branches, periods, and the same numbers for somebody else', async () => {
  const mine = await api<Mine>('member', '/boards/enterprise/total/mine?period=week')
  const { page, context, faults } = await signedIn('member', '/boards')
  await page.getByText(`第 ${mine.rank} 名`).waitFor()
  await page.locator('li[aria-current=true]').getByText(String(mine.score)).waitFor()
  // how it went, and of what it is made: read only when somebody wants it
  await page.getByText('我的走势').click()
  const course = page.getByRole('figure', { name: '近几期的得分' })
  await course.locator('li').last().getByText(String(mine.score)).waitFor()
  assert.equal(await course.locator('li').count(), 6)
  await course.locator('li').last().getByText(`第 ${mine.rank} 名`).waitFor()
  assert((await page.getByRole('figure', { name: '这一期各方面的得分' }).locator('li').count()) > 2)
  await look(page, 'boards-course')
  await page.getByText('我的走势').click()
  await look(page, 'boards')
  await page.getByRole('radio', { name: '支部' }).check()
  await page.getByText('按在岗党员人均分排名').waitFor()
  await page.locator('li[aria-current=true]').waitFor()
  await page.getByText('本支部的走势').click()
  await page.getByRole('figure', { name: '近几期的得分' }).locator('li').last().getByText(/第 \d+ 名/).waitFor()
  await look(page, 'boards-branches')
  await page.getByRole('button', { name: '查看更多' }).click()
  await page.locator('.ranks li').nth(30).waitFor()

  await page.getByRole('radio', { name: '个人' }).check()
  await page.getByRole('radio', { name: '年' }).check()
  await page.getByText(/月1日至/).waitFor()
  await page.getByLabel('项目').selectOption({ label: '政治思想' })
  await page.getByText('这个时段还没有人上榜。').waitFor()
  await look(page, 'boards-none')
  assert.deepEqual(faults, [])
  await context.close()

  const branch = (await api<{ branch: { id: string } }>('member', '/me/today')).branch.id
  const other = await signedIn('secretary', '/boards')
  await other.page.getByLabel('范围').selectOption(branch)
  await other.page.getByText(/^测试党员\d+/).first().waitFor()
  await other.page.locator('.ranks li').filter({ hasText: String(mine.score) }).first().waitFor()
  await other.context.close()
})

test('a member far below the first sees those around, a failing board says so', async () => {
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  const line = (rank: number, more: object = {}) => ({ rank, name: rank % 2 ? `测试党员·长姓名·${rank}` : '测**', unit: '龙首矿深部开采工程第一党支部第三党小组', score: 400 - rank, ...more })
  const heading = { scope: 'enterprise', measure: 'total', period: 'week', from: '2026-11-16', to: '2026-11-22', frozen_at: '2026-11-23T06:00:04+08:00' }
  const board = '**/api/v1/boards/enterprise/total?*'
  await page.route(board, (route) => route.fulfill({ json: { ...heading, by: 'member', size: 760, corrections: [{ made_on: '2026-11-24', rank: 7, name: '测试党员·长姓名·7', unit: '龙首矿深部开采工程第一党支部第三党小组', points: -12 }], items: Array.from({ length: 20 }, (_, at) => line(at + 1)) } }))
  await page.route('**/api/v1/boards/enterprise/total/mine?*', (route) => route.fulfill({ json: { ...heading, size: 760, rank: 128, score: 272, distance_to_next: 1, corrections: [{ made_on: '2026-11-25', points: 3 }], neighbours: [126, 127, 128, 129].map((rank) => line(rank, { me: rank === 128 })) } }))
  await page.goto('/m/#/boards')
  await page.getByText('第 128 名，共 760 人').waitFor()
  await page.getByText('距上一名 1 分').waitFor()
  // What was put right later: one's own first, others by name.
  const beside = page.locator('.card').filter({ has: page.getByRole('heading', { name: '定榜后的更正' }) })
  assert.deepEqual(await beside.locator('.value').allInnerTexts(), ['+3 分', '−12 分'])
  assert.equal(await page.locator('li[aria-current=true]').count(), 1)
  await look(page, 'boards-around')
  await page.unroute(board)
  await page.route(board, (route) => route.abort())
  await page.getByRole('radio', { name: '月' }).check()
  await page.getByText('网络不通。请检查网络，稍后再试。').waitFor()
  await look(page, 'boards-failed')
  assert.deepEqual(faults, [])
  await context.close()
})

test('what the enterprise has switched off is not there', async () => {
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  let switches = { personal_boards: false, branch_boards: true }
  await answerJson(page, '**/api/v1/config', (there) => ({ ...there, switches }))
  await openAnew(page, '/boards')
  await page.getByText('按在岗党员人均分排名').waitFor()
  assert.equal(await page.getByRole('radio', { name: '个人' }).count(), 0)
  switches = { personal_boards: false, branch_boards: false }
  await page.reload()
  await page.getByText('本企业没有开启排行榜。').waitFor()
  await look(page, 'boards-off')
  assert.deepEqual(faults, [])
  await context.close()
})
