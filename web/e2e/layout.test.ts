import assert from 'node:assert/strict'
import { test } from 'node:test'
import { look, signedIn } from './world.ts'

/** Every name in an answer as long as names of people and units are. */
function lengthen(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((part) => lengthen(part, key))
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, lengthen(part, name)]))
  if (typeof value !== 'string') return value
  if (key === 'name') return '姓名很长的人·姓名很长的人·姓名很长的人'
  if (key === 'unit_name') return '名称很长的基层单位机械动力分厂检修车间第二党支部第三党小组'
  if (key === 'title' || key === 'reason') return value + value
  return value
}

test('long names and titles find room', async () => {
  const { page, context, faults } = await signedIn('secretary')
  await page.getByText('每日一学').waitFor()
  await page.route(/\/api\/v1\/(me\/today|me$|me\/points|me\/notices|ideas)/, async (route) => {
    if (route.request().method() !== 'GET') return route.continue()
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: lengthen(await answer.json()) })
  })
  await page.reload()
  await page.getByText('姓名很长的人·姓名很长的人').first().waitFor()
  await look(page, 'long-home')
  await page.evaluate(() => (location.hash = '#/mine'))
  await page.getByRole('heading', { name: '我的', level: 1 }).waitFor()
  await look(page, 'long-mine')
  await page.evaluate(() => (location.hash = '#/ideas'))
  await page.getByText('本支部').click({ force: true })
  await page.getByRole('link', { name: /采场溜井口/ }).waitFor()
  await look(page, 'long-ideas')
  await page.getByRole('link', { name: /采场溜井口/ }).click()
  await page.getByText('办理过程').waitFor()
  await look(page, 'long-idea')
  assert.deepEqual(faults, [])
  await context.close()
})

test('an empty enterprise and a slow server look meant', async () => {
  const { page, context, faults } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => (go = resolve))
  await page.route('**/api/v1/me/today', async (route) => {
    await held
    const answer = await route.fetch()
    const today = (await answer.json()) as Record<string, unknown>
    await route.fulfill({
      response: answer,
      json: { ...today, study: { items: [], next_publish_at: null, done: false }, quiz: { ...(today['quiz'] as object), paper_id: null, state: 'waiting', question_count: 0 }, unfinished: [], desk: { count: 0, items: [] }, open: [], notices: [], unread: 0, idea: null, branch: null, points: { today: 0, left_today: 0, last: null }, minutes_left: 0 },
    })
  })
  await page.reload()
  await page.getByRole('status').getByText('正在加载').waitFor({ state: 'attached' })
  await look(page, 'slow')
  go()
  await page.getByText('今天没有学习内容').waitFor()
  await look(page, 'empty-home')
  assert.deepEqual(faults, [])
  await context.close()
})
