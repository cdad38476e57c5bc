import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, look, newcomer, shorten, signedIn } from './world.ts'

test('a reading is measured by the server and gives its points', async () => {
  await shorten(8)
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who, '/study')
  await page.getByRole('heading', { name: '学习', level: 1 }).waitFor()
  await page.getByText('每日一答').waitFor()
  await look(page, 'study')
  const first = page.getByRole('link').filter({ hasText: /约 \d+/ }).first()
  await first.click()
  await page.getByRole('heading', { name: '学习内容' }).waitFor()
  const finish = page.getByRole('button', { name: '完成学习' })
  await page.getByText(/再读 \d+:\d\d 即可完成/).waitFor()
  assert(await finish.isDisabled())
  await look(page, 'study-item')
  // The server's own time: nothing in the page can shorten it.
  await page.getByText('时间已够').waitFor({ timeout: 30_000 })
  await finish.click()
  await page.getByText(/已完成，积分 \+\d/).waitFor()
  await look(page, 'study-item-done')
  const entries = await api<{ items: Array<{ rule: string }> }>(who, '/me/points/entries')
  assert(entries.items.some(({ rule }) => rule === 'study.read'))
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByText('已完成').first().waitFor()
  await page.getByRole('link', { name: '往期学习' }).click()
  await page.getByRole('heading', { name: '往期学习' }).waitFor()
  await page.getByText(/今天\s· 已完成/).first().waitFor()
  await look(page, 'study-past')
  assert.deepEqual(faults, [])
  await context.close()
})
