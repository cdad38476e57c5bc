// 减负: what the app shows where an enterprise asks less of people, and what plans ask of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerJson, api, look, signedIn } from './world.ts'

/** Two administrators agree on it, as on every setting of weight. */
async function lighter() {
  const { items } = await api<{ items: Array<{ key: string; value: string }> }>('administrator', '/settings')
  if (items.find(({ key }) => key === 'presets.preset')?.value === 'lighter') return
  const { id } = await api<{ id: string }>('administrator', '/settings/presets.preset', 'PUT', { value: 'lighter', reason: '按减负要求' })
  await api('second administrator', `/setting-proposals/${id}/approval`, 'POST')
}

test('whoever plans sees what a week asks of people, and what a day asks already', async () => {
  const { page, context, faults } = await signedIn('secretary', '/work')
  await page.getByRole('link', { name: /减负台账/ }).click()
  await page.getByText('最忙一天').waitFor()
  assert.equal(await page.locator('.burden tbody tr').count(), 7)
  await look(page, 'burden')
  // The columns of a day add up.
  for (const row of await page.locator('.burden tbody tr').all()) {
    const [study, quiz, contest, sum] = await row.locator('td').allInnerTexts()
    assert.equal(Number(study) + Number(quiz) + Number(contest), Number.parseInt(sum!))
  }
  await page.getByRole('radio', { name: '下周' }).check()
  await page.getByText('最忙一天').waitFor()
  await page.evaluate(() => (location.hash = '#/work/study/plan'))
  await page.getByText(/明天已安排约 \d+ 分钟，上限 10 分钟/).waitFor()

  // Above the limit it says so, and refuses nothing.
  await api('organiser', '/settings/burden.minutes_per_day', 'PUT', { value: 1, reason: '试一天一分钟' })
  await page.evaluate(() => (location.hash = '#/work/burden'))
  await page.reload()
  await page.getByText(/有超过上限的/).waitFor()
  await look(page, 'burden-above')

  // What those who do the paperwork are asked for, month by month.
  await page.getByRole('link', { name: /组织事务台账/ }).click()
  await page.getByText('这个月没有要这个组织报送的。').waitFor()
  await look(page, 'burden-office-none')
  assert.deepEqual(faults, [])
  await context.close()
})

test('with less burden a member says whether to be listed, and those above see numbers', async () => {
  await lighter()
  const { page, context, faults } = await signedIn('member', '/me')
  const wish = page.getByRole('switch', { name: /在支部排行榜上显示我/ })
  await wish.waitFor()
  assert.equal(await wish.isChecked(), false)
  await look(page, 'lighter-me')
  await page.evaluate(() => (location.hash = '#/boards'))
  await page.getByText('只显示愿意显示的人').waitFor()
  await look(page, 'lighter-boards')
  assert.equal(await page.getByText(/^测试党员0006/).count(), 0)
  await page.evaluate(() => (location.hash = '#/me'))
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/api/v1/me') && answer.request().method() === 'PATCH' && answer.ok()), wish.check()])
  assert.equal((await api<{ on_boards: boolean }>('member', '/me')).on_boards, true)

  // Above the own secretary there are numbers, and a sentence in the place of names.
  const organiser = await signedIn('organiser', '/work/study')
  await organiser.page.getByText(/这里只看人数/).waitFor()
  assert.equal(await organiser.page.getByText(/测试党员\d+/).count(), 0)
  await look(organiser.page, 'lighter-coverage')
  await organiser.page.evaluate(() => (location.hash = '#/work/quiz'))
  await organiser.page.getByText(/这里只看人数/).waitFor()
  await organiser.context.close()
  const secretary = await signedIn('secretary', '/work/study')
  await secretary.page.getByText('还没学完').waitFor()
  await secretary.page.getByText(/测试党员\d+/).first().waitFor()
  await secretary.context.close()
  assert.deepEqual([...faults, ...organiser.faults, ...secretary.faults], [])
  await context.close()
})

test('a vote that is for reference only says so where it is voted and where it is read', async () => {
  const { items } = await api<{ items: Array<{ id: string; kind: string }> }>('member', '/campaigns')
  const { id } = items.find(({ kind }) => kind === 'brand_top_ten')!
  const { page, context, faults } = await signedIn('member')
  await page.getByText('每日一学').waitFor()
  // The demo's selection was announced before: as it would be after.
  await answerJson<{ terms: object }>(page, `**/api/v1/campaigns/${id}`, (there) => ({ ...there, terms: { ...there.terms, vote_for_reference: true } }))
  await answerJson(page, `**/api/v1/campaigns/${id}/results`, (there) => ({ ...there, vote_note: '投票仅作参考' }))
  await page.evaluate((to) => (location.hash = `#/campaigns/${to}`), id)
  await page.getByText('投票仅作参考。').waitFor()
  await page.evaluate((to) => (location.hash = `#/campaigns/${to}/results`), id)
  await page.getByText('投票仅作参考', { exact: true }).waitFor()
  await look(page, 'lighter-results')
  assert.deepEqual(faults, [])
  await context.close()
})
