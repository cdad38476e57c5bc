import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { api, look, newcomer, signedIn } from './world.ts'

/** Answers what is on the screen, whatever its kind, and leaves it answered. */
async function answer(page: Page) {
  const blank = page.getByLabel('填写答案')
  if (await blank.count()) return blank.fill('答案')
  await page.locator('.option').first().click()
}

test('today’s paper: one question a screen, overview, handing in, explanations', async () => {
  const who = await newcomer()
  const { page, context, faults } = await signedIn(who, '/quiz/daily')
  await page.getByText('第 1 题，共 5 题').waitFor()
  await look(page, 'quiz')
  await page.getByRole('button', { name: '总览' }).click()
  await page.getByRole('heading', { name: '总览' }).waitFor()
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByText('还有 5 题没有作答').waitFor()
  await look(page, 'quiz-overview')
  await page.getByRole('button', { name: '继续答题' }).click()
  await page.getByRole('button', { name: /^1/ }).click()
  for (let at = 1; at <= 5; at++) {
    await page.getByText(`第 ${at} 题，共 5 题`).waitFor()
    // A tap on the only answer leads on by itself.
    const leadsOn = (await page.locator('.option input[type=radio]').count()) > 0 && at < 5
    await answer(page)
    if (!leadsOn) await page.getByRole('button', { name: at < 5 ? '下一题' : '看总览' }).click()
    if (at !== 2) continue
    // The phone is lost and found: what was answered is there.
    await page.getByText('第 3 题，共 5 题').waitFor()
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
    await page.reload()
    await page.getByText('第 3 题，共 5 题').waitFor()
    assert.equal(await page.getByRole('progressbar', { name: '已答题数' }).getAttribute('aria-valuenow'), '2')
  }
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByRole('heading', { name: /今天的答题/ }).waitFor()
  await page.getByText(/答对/).first().waitFor()
  await look(page, 'quiz-result')
  const today = await api<{ submitted: boolean }>(who, '/quiz/daily')
  assert.equal(today.submitted, true)
  assert.deepEqual(faults, [])

  await page.getByRole('link', { name: '错题本' }).click()
  await page.getByRole('heading', { name: '错题本' }).waitFor()
  await page.getByText(/错过 1 次/).first().waitFor()
  await look(page, 'wrong-answers')
  await page.getByRole('button', { name: '重做这些题' }).click()
  await answer(page)
  await page.getByRole('button', { name: '看答案' }).click()
  await page.getByText(/回答(正确|错误)/).waitFor()
  await look(page, 'wrong-answers-again')
  assert.deepEqual(faults, [])
  await context.close()
})

test('practice is explained at once and counts for nothing', async () => {
  const { page, context, faults } = await signedIn('secretary', '/quiz/practice')
  await page.getByRole('button', { name: /全部类别/ }).waitFor()
  await look(page, 'practice-choice')
  await page.getByRole('button', { name: /全部类别/ }).click()
  await page.getByRole('button', { name: '看答案' }).waitFor()
  await answer(page)
  await page.getByRole('button', { name: '看答案' }).click()
  await page.getByText(/回答(正确|错误)/).waitFor()
  await page.getByText(/答了 1 题/).waitFor()
  await look(page, 'practice')
  await page.getByRole('button', { name: '下一题' }).click()
  await page.getByRole('button', { name: '看答案' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
