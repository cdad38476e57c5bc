import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { api, look, signedIn, until } from './world.ts'

interface Run {
  id: string
  right_count: number
  question?: { seq: number; kind: string } | null
  ended?: { because: string } | null
}
const current = () => api<Run>('member', '/challenge/runs/current')

/** Answers what is asked until the run has ended, as somebody who knows little. */
async function answerUntilWrong(page: Page) {
  const seq = async () => Number(/^第 (\d+) 题/.exec((await page.getByText(/^第 \d+ 题\s· 已答对/).textContent({ timeout: 500 }).catch(() => '')) ?? '')?.[1] ?? 0)
  const over = () => page.getByText('今天最好').count()
  while (!(await over())) {
    const now = await seq()
    if (!now) continue
    const blank = page.getByLabel('填写答案')
    if (await blank.count()) await blank.fill('不知道')
    else {
      // By the keyboard nothing is sent before the button says so.
      await page.locator('.option input').last().focus()
      await page.keyboard.press('Space')
    }
    // Faster than anybody can read is refused: asked again until the next question is there.
    await until(async () => {
      if ((await over()) || (await seq()) !== now) return true
      await page.getByRole('button', { name: '提交答案' }).click({ timeout: 500 }).catch(() => undefined)
      return false
    }, `an answer to question ${now}`)
  }
}

test('the challenge: the server’s clock, a lost phone, the mistake explained, the revival, the best of the day', async () => {
  const { page, context, faults } = await signedIn('member', '/challenge')
  await page.getByText('今天最好').waitFor()
  await look(page, 'challenge')
  await page.getByRole('button', { name: '开始挑战' }).click()
  await page.getByText('第 1 题 · 已答对 0 题').waitFor()
  await page.getByText(/^还剩\d+ 秒/).waitFor()
  await look(page, 'challenge-question')

  // Another phone shows the same question, with the time that is left.
  const lost = await signedIn('member', '/challenge')
  await lost.page.getByText('第 1 题 · 已答对 0 题').waitFor()
  await lost.context.close()

  await answerUntilWrong(page)
  const first = await current()
  assert(first.ended)
  await page.getByRole('button', { name: '复活继续' }).waitFor()
  if (first.ended.because === 'wrong') await page.getByText('回答错误').waitFor()
  await look(page, 'challenge-over')
  await page.getByRole('button', { name: '复活继续' }).click()
  await page.getByText(/^第 \d+ 题\s· 已答对/).waitFor()
  await page.getByRole('button', { name: '结束挑战' }).click()
  await page.getByText('已答对的题照常计算').waitFor()
  await page.getByRole('button', { name: '结束挑战' }).click()
  await page.getByText('主动结束').first().waitFor()
  assert.equal(await page.getByRole('button', { name: '复活继续' }).count(), 0)
  const run = await current()
  const today = await api<{ best: number; revival_left: boolean }>('member', '/challenge/today')
  assert.equal(today.revival_left, false)
  assert.equal(today.best, run.right_count)
  await page.getByRole('link', { name: '挑战记录' }).click()
  await page.getByText(`答对 ${run.right_count} 题`).waitFor()
  await page.getByText('复活过').waitFor()
  await look(page, 'challenge-runs')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a question that nobody answers ends the run by the server’s clock', async () => {
  const { page, context, faults } = await signedIn('secretary', '/challenge')
  await page.getByRole('button', { name: '开始挑战' }).click()
  await page.getByText('第 1 题 · 已答对 0 题').waitFor()
  await page.getByText('超时', { exact: true }).waitFor({ timeout: 40_000 })
  await page.getByText('这一题没有在时间内作答').waitFor()
  await look(page, 'challenge-time-out')
  assert.deepEqual(faults, [])
  await context.close()
})
