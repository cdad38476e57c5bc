// A server that does not believe its own clock answers questions and takes nothing: the pages say so in its sentence, lose
// nothing, and go on when it does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setClock, turnClock } from './demo.ts'
import { api, look, signedIn, world } from './world.ts'

const SENTENCE = '服务器时钟有误，暂时只能查看'
const MINUTE = 60
/** A clock that is put back by ten minutes is doubted, and what was signed before that is still believed. */
const noon = setClock('12:00')

/** Asks for a change that changes nothing, until the server takes it, or does not. It looks at its clock once a minute. */
async function until(taken: boolean) {
  const { address, people } = await world()
  const { number, password } = people['secretary']!
  for (;;) {
    const answer = await fetch(`${address}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ account: number, password }) })
    const { code } = (await answer.json()) as { code?: string }
    if (taken ? answer.ok : code === 'service.clock_doubted') return
    await new Promise((passed) => setTimeout(passed, 500))
  }
}

test('a server that only reads says so on every page, what was written waits, and is handed in when it is over', { skip: noon ? false : 'no libfaketime on this machine' }, async () => {
  await world()
  // The server has noted noon. It looks at its clock once a minute; who signs in until then is signed in.
  turnClock(noon! - 10 * MINUTE)
  const { page, context, faults } = await signedIn('member', '/ideas/new')
  await page.getByLabel('标题').fill('风门旁加装夜光标识')
  await page.getByRole('radio', { name: '作风' }).check()
  await page.getByLabel('问题').fill('停电时看不见风门在哪里。')
  await page.getByLabel('建议').fill('贴夜光标识，每季度检查。')
  const other = await signedIn('secretary', '/meetings/new')
  await other.page.getByLabel('会议名称').fill('支委会：研究停电应急')
  const later = await signedIn('organiser')
  await later.page.getByText('每日一学').waitFor()

  await until(false)
  // What cannot wait is refused in the server's words, and stays as it is.
  await other.page.getByRole('button', { name: '保存' }).click()
  await other.page.getByRole('alert').getByText(SENTENCE).waitFor()
  await other.page.locator('.banner').getByText(SENTENCE).waitFor()
  await look(other.page, 'doubted-refused')
  // What can wait, waits.
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('服务器时钟有误，已保存在手机上，恢复后自动提交。').waitFor()
  await page.locator('.banner').getByText('1 项已保存在手机上，恢复后自动提交').waitFor()
  await look(page, 'doubted-kept')
  // Reading goes on, under the sentence.
  await page.evaluate(() => (location.hash = '#/ideas'))
  await page.getByRole('radio', { name: '本支部' }).check()
  await page.getByText('采场溜井口').first().waitFor()
  await page.locator('.banner').getByText(SENTENCE).waitFor()
  // Who opens the app meanwhile is told the same, and not that the network is away.
  await later.page.reload()
  await later.page.getByRole('alert').getByText(SENTENCE).waitFor()
  assert.equal(await later.page.getByText('网络不通').count(), 0)
  await look(later.page, 'doubted-start')

  turnClock(noon! + 10 * MINUTE)
  await until(true)
  await later.page.getByRole('button', { name: '重试' }).click()
  await later.page.getByText('每日一学').waitFor()
  await other.page.getByRole('button', { name: '保存' }).click()
  await other.page.getByText('已保存。').waitFor()
  await other.page.locator('.banner').waitFor({ state: 'detached' })
  await page.evaluate(() => (location.hash = '#/waiting'))
  await page.getByRole('button', { name: '现在试一次' }).or(page.getByText('没有等待提交的内容。')).first().click()
  await page.getByText('没有等待提交的内容。').waitFor()
  await page.locator('.banner').waitFor({ state: 'detached' })
  const mine = await api<{ items: Array<{ title: string; state: string }> }>('member', '/ideas?author_id=me')
  assert.deepEqual(mine.items.filter(({ title }) => title === '风门旁加装夜光标识').map(({ state }) => state), ['submitted'])
  assert.deepEqual([...faults, ...other.faults, ...later.faults], [])
  for (const one of [context, other.context, later.context]) await one.close()
})
