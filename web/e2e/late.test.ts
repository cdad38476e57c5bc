// Midnight, on a server whose clock is set: what is answered before it without a network counts for its day.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { setClock, turnClock } from './demo.ts'
import { api, look, newcomer, shorten, signedIn } from './world.ts'

const SAVED = '已保存在手机上，联网后自动提交。'
const MINUTE = 60
/** Who was in time, and the day for which that counts. */
let inTime = ''
let of = ''
/** What was to be read on that day. */
let item = ''
/** Two minutes to midnight, of the day on which the demo was made. */
const night = setClock('23:58')

/** For each question of somebody's paper an option that is wrong, where it has options of which one is right. */
async function wrongOf(who: string): Promise<number[]> {
  const { questions } = await api<{ questions: Array<{ id: string; kind: string }> }>(who, '/quiz/daily')
  return Promise.all(
    questions.map(async ({ id, kind }) => {
      const { answer } = await api<{ answer: string[] }>('organiser', `/questions/${id}`)
      return (kind === 'single' && answer[0] === 'A') || (kind === 'judge' && answer[0] === 'true') ? 1 : 0
    }),
  )
}

async function answerAll(page: Page, chosen: number[]) {
  await page.getByText('第 1 题，共 5 题').waitFor()
  for (let at = 1; at <= 5; at++) {
    await page.getByText(`第 ${at} 题，共 5 题`).waitFor()
    const blank = page.getByLabel('填写答案')
    const leadsOn = (await page.locator('.option input[type=radio]').count()) > 0 && at < 5
    if (await blank.count()) await blank.fill('答案')
    else await page.locator('.option').nth(chosen[at - 1] ?? 0).click()
    if (!leadsOn) await page.getByRole('button', { name: at < 5 ? '下一题' : '看总览' }).click()
  }
  await page.getByRole('button', { name: '交卷' }).click()
  await page.getByText(SAVED).waitFor()
}

test('a paper that was answered before midnight in a pit is handed in after it, and counts for its day', { skip: night ? false : 'no libfaketime on this machine' }, async () => {
  await shorten(2)
  item = (await api<{ items: Array<{ item_id: string }> }>('member', '/study/today')).items[0]!.item_id
  inTime = await newcomer()
  const tooLate = await newcomer()
  const phones = await Promise.all([inTime, tooLate].map((who) => signedIn(who, '/quiz/daily')))
  const [{ page }, late] = phones as [(typeof phones)[0], (typeof phones)[0]]
  const { day } = await api<{ day: string }>(inTime, '/quiz/daily')
  of = day
  for (const { page: one } of phones) await one.getByText('第 1 题，共 5 题').waitFor()
  const wrong = await Promise.all([inTime, tooLate].map(wrongOf))
  for (const { context } of phones) await context.setOffline(true)
  await answerAll(page, wrong[0]!)
  await answerAll(late.page, wrong[1]!)

  // It is a quarter past midnight when the lift is up again.
  turnClock(night! + 17 * MINUTE)
  const next = await api<{ day: string; quiz: { state: string } }>(inTime, '/me/today')
  assert(next.day > day, 'midnight has passed')
  await phones[0]!.context.setOffline(false)
  await page.getByText('（补交，计入当天）').waitFor()
  await look(page, 'late-paper')
  const result = await api<{ day: string; late: boolean; points: number }>(inTime, `/me/quiz/history/${day}`)
  assert.deepEqual([result.day, result.late], [day, true])
  // Its points are those of its day; the new day's paper is still to be answered.
  const { items } = await api<{ items: Array<{ day: string; points: number }> }>(inTime, '/me/points/entries')
  assert(items.every((entry) => entry.day === day), JSON.stringify(items))
  assert.notEqual((await api<{ quiz: { state: string } }>(inTime, '/me/today')).quiz.state, 'submitted')

  // Whoever comes back after the grace is told, and keeps what was written until it is let go.
  turnClock(night! + 10 * 60 * MINUTE)
  await late.context.setOffline(false)
  await late.page.evaluate(() => (location.hash = '#/waiting'))
  await late.page.getByRole('heading', { name: '没有提交成功' }).waitFor()
  await look(late.page, 'late-refused')
  await late.page.getByRole('button', { name: '移除' }).click()
  await late.page.getByRole('button', { name: '移除', exact: true }).click()
  await late.page.getByText('没有等待提交的内容。').waitFor()
  assert.deepEqual(phones.flatMap(({ faults }) => faults), [])
  for (const { context } of phones) await context.close()
})

interface Graded {
  id: string
  kind: string
  given: string[]
  right: boolean
}
interface OfDay {
  frozen_at: string | null
  items: Array<{ name: string; score: number }>
  corrections: Array<{ name: string; points: number }>
}

test('what is put right after a day was closed stands beside its board, which stays as it was', { skip: night ? false : 'no libfaketime on this machine' }, async () => {
  // The grace is over: the day is closed, with whoever was in time.
  const boardOf = (who: string) => api<OfDay>(who, `/boards/enterprise/total?period=day&day=${of}`)
  while (!(await boardOf(inTime)).frozen_at) await new Promise((passed) => setTimeout(passed, 500))
  const before = await boardOf(inTime)
  const { questions } = await api<{ questions: Graded[] }>(inTime, `/me/quiz/history/${of}`)
  const wrong = questions.find(({ right, kind }) => !right && (kind === 'single' || kind === 'judge'))
  assert(wrong, 'nothing was answered wrongly')
  await api('organiser', `/questions/${wrong.id}/correction`, 'POST', { answer: wrong.given, reason: '新规程已修改，原答案有误。' })

  const { page, context, faults } = await signedIn(inTime, '/boards')
  await page.getByRole('radio', { name: '日', exact: true }).check()
  await page.getByRole('button', { name: '前一时段' }).click()
  await page.getByText(/定榜，之后调动、离开和更正都不改变名次。/).waitFor()
  // Papers are graded anew in the background, and the page is looked at until it says so.
  const beside = page.getByRole('heading', { name: '定榜后的更正' })
  for (let asked = 0; asked < 60 && !(await beside.count()); asked++) {
    await page.reload()
    await page.getByRole('radio', { name: '日', exact: true }).check()
    await page.getByRole('button', { name: '前一时段' }).click()
    await page.getByText(/定榜，/).waitFor()
  }
  await page.locator('.card').filter({ has: beside }).getByText('+1 分').waitFor()
  await look(page, 'boards-corrected')
  // Each worker of the server keeps its pages for a moment.
  let after = await boardOf(inTime)
  for (let asked = 0; asked < 20 && !after.corrections.length; asked++) {
    await page.waitForTimeout(250)
    after = await boardOf(inTime)
  }
  assert.deepEqual(after.items, before.items)
  assert.deepEqual(after.frozen_at, before.frozen_at)
  assert.equal(after.corrections.length, 1)
  // The one that runs has nothing beside it.
  await page.getByRole('button', { name: '后一时段' }).click()
  await page.getByText(/定榜，/).waitFor({ state: 'detached' })
  assert.equal(await beside.count(), 0)

  // Who answered it reads that the key was wrong, what it was, and why.
  await page.evaluate((day) => (location.hash = `#/me/quiz/history/${day}`), of)
  await page.getByText(/更正（原为.*）：新规程已修改，原答案有误。/).waitFor()
  await look(page, 'quiz-corrected')
  assert.deepEqual(faults, [])
  await context.close()
})

test('who reads after the day was closed is noted beside its numbers, which stay', { skip: night ? false : 'no libfaketime on this machine' }, async () => {
  const { page, context, faults } = await signedIn('secretary', '/work/study')
  const yesterday = page.getByLabel('学习内容').locator('option').filter({ hasText: /^昨天/ }).first()
  await yesterday.waitFor({ state: 'attached' })
  await page.getByLabel('学习内容').selectOption(await yesterday.getAttribute('value'))
  await page.getByText(/起数字不再变动。/).waitFor()
  const { id } = await api<{ id: string }>('member', `/study/items/${item}/readings`, 'POST')
  // The server measures the time; until it is over it says so.
  for (;;) {
    const { seconds_needed, seconds_read } = await api<{ seconds_needed: number; seconds_read: number }>('member', `/study/readings/${id}`)
    if (seconds_read >= seconds_needed) break
    await page.waitForTimeout(200)
  }
  await api('member', `/study/readings/${id}/completion`, 'POST')
  // What is said of a day that is closed is at most a moment old.
  const beside = page.getByText('之后又有 1 人学完，另行注明。')
  for (let asked = 0; asked < 20 && !(await beside.count()); asked++) {
    await page.waitForTimeout(500)
    await page.reload()
    await yesterday.waitFor({ state: 'attached' })
    await page.getByLabel('学习内容').selectOption(await yesterday.getAttribute('value'))
    await page.getByText(/起数字不再变动。/).waitFor()
  }
  await beside.waitFor()
  await page.locator('.line').filter({ hasText: '测试党员0006' }).getByText(/补学/).waitFor()
  await look(page, 'coverage-closed')
  assert.deepEqual(faults, [])
  await context.close()
})
