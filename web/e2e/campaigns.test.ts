import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, cast, decide, reach, score, selection, tokenOf, vote } from './selection.ts'
import { answerJson, api, look, signedIn, until } from './world.ts'

interface Line {
  id: string
  title: string
  kind: string
}
const brandVote = async () => (await api<{ items: Line[] }>('member', '/campaigns')).items.find(({ kind }) => kind === 'brand_top_ten')!

test('a vote: the rule, the candidates, what is chosen survives a lost page, the receipt', async () => {
  const { id, title } = await brandVote()
  const { page, context, faults } = await signedIn('member', '/campaigns')
  await page.getByRole('link', { name: title }).waitFor()
  await page.getByText('未投票').waitFor()
  await look(page, 'campaigns')
  await page.getByRole('link', { name: title }).click()
  await page.getByText('每人一票，选 1 至 10 个').first().waitFor()
  const go = page.getByRole('button', { name: '至少选 1 个' })
  assert(await go.isDisabled())
  const boxes = page.getByRole('checkbox')
  await boxes.nth(0).check()
  await boxes.nth(2).check()
  await page.getByText('已选 2 / 10').waitFor()
  await look(page, 'campaign-voting')

  // Reading about a candidate and coming back, and the page killed in between: what was chosen is there.
  await page.getByRole('link', { name: /查看材料/ }).first().click()
  await page.getByRole('heading', { name: '申报材料' }).waitFor()
  await page.getByText('创建方案').waitFor()
  await look(page, 'entry')
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByText('已选 2 / 10').waitFor()
  await kept(page, `ballot/${id}`, 'chosen')
  await page.reload()
  await page.getByText('已选 2 / 10').waitFor()
  // Ten at most: the eleventh cannot be chosen.
  for (let at = 0; (await page.getByText('已选 10 / 10').count()) === 0; at++) await boxes.nth(at).check()
  assert(await page.locator('input[type=checkbox]:not(:checked)').first().isDisabled())
  for (let at = 9; at >= 3; at--) if (await boxes.nth(at).isChecked()) await boxes.nth(at).uncheck()

  await page.getByRole('button', { name: '去投票' }).click()
  await page.getByText('投出后不能更改').waitFor()
  await look(page, 'campaign-confirm')
  // On a bad network nothing is lost and nothing is sent twice.
  await context.setOffline(true)
  await page.getByRole('button', { name: '确认投票' }).click()
  await page.getByText('您选的还在').waitFor()
  await context.setOffline(false)
  await page.getByRole('button', { name: '确认投票' }).click()
  await page.getByRole('heading', { name: '您已投票' }).waitFor()
  const receipt = (await page.locator('.receipt .code').textContent())!.trim()
  assert.match(receipt, /^[0-9A-Z]{12}$/)
  await look(page, 'campaign-voted')

  // The same on another phone: the receipt is there, and nothing says what was chosen.
  const other = await signedIn('member', `/campaigns/${id}`)
  await other.page.getByText(receipt).waitFor()
  assert.equal(await other.page.getByRole('checkbox').count(), 0)
  await other.context.close()
  // Somebody else sees one more who has voted, and no name.
  const secretaryToken = await tokenOf('secretary')
  await until(async () => (await call<{ voters: number }>(secretaryToken, `/campaigns/${id}/participation`)).voters > 0, 'the numbers are ten seconds old at most')
  const secretary = await signedIn('secretary', `/campaigns/${id}`)
  await secretary.page.getByText(/人可以投票，[1-9]\d* 人已投/).waitFor()
  assert.equal(await secretary.page.getByText(receipt).count(), 0)
  await secretary.context.close()
  assert.deepEqual(faults, [])
  await context.close()
})

/** A photograph of a machine, as far as a ballot can tell. */
const PICTURE = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120"><rect width="160" height="120" fill="#8d99a6"/><circle cx="60" cy="80" r="24" fill="#3d4650"/><circle cx="115" cy="80" r="18" fill="#3d4650"/><path d="M30 40h90l12 30H24z" fill="#d8a13a"/></svg>')}`

test('long names of entries and units find room on a ballot, with and without a picture', async () => {
  const { id } = await brandVote()
  const { page, context, faults } = await signedIn('secretary', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  await answerJson<{ items: Array<{ title: string; unit: string }> }>(page, '**/entries?*', (there) => ({
    items: there.items.slice(0, 4).map((entry, at) => ({ ...entry, thumbnail_url: at % 2 ? null : PICTURE, title: `${entry.title}：名称很长的党建品牌创建方案，从井下运输到地面检修全覆盖`, unit: '名称很长的基层单位机械动力分厂检修车间第二党支部第三党小组' })),
    next_cursor: null,
  }))
  await page.goto(`/m/#/campaigns/${id}`)
  await page.getByRole('checkbox').first().check()
  assert.equal(await page.locator('.ballot img').count(), 2)
  await look(page, 'long-ballot')
  assert.deepEqual(faults, [])
  await context.close()
})

test('an empty list, a list that fails and is there again, a slow one', async () => {
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('heading', { name: '首页' }).waitFor()
  const list = '**/api/v1/campaigns?*'
  await page.route('**/api/v1/campaigns', (route) => route.fulfill({ status: 503, json: { code: 'maintenance', detail: '系统正在维护，请稍后再试' } }))
  await page.route(list, (route) => route.abort())
  await page.goto('/m/#/campaigns')
  await page.getByText(/系统正在维护|网络不通/).first().waitFor()
  await look(page, 'campaigns-failed')
  await page.unroute(list)
  await page.unroute('**/api/v1/campaigns')
  let release = () => {}
  const held = new Promise<void>((go) => (release = go))
  await page.route('**/api/v1/campaigns', async (route) => {
    await held
    await route.fulfill({ json: { items: [] } })
  })
  await page.getByRole('button', { name: '重试' }).click()
  release()
  await page.getByText('还没有评选。').waitFor()
  await look(page, 'campaigns-none')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a campaign that is announced and not open yet', async () => {
  const { id } = await selection('党员先锋岗设计征集（明年）', [], { begins: 86_400, vote: 86_400, expert: 86_400, committee: 86_400, objection: 86_400 })
  const { page, context, faults } = await signedIn('member', `/campaigns/${id}`)
  await page.getByText(/^申报 明天\s\d\d:\d\d 开始。$/).waitFor()
  await page.getByText('还没有申报。').waitFor()
  assert.equal(await page.getByRole('checkbox').count(), 0)
  await look(page, 'campaign-announced')
  await page.goto(`/m/#/campaigns/${id}/results`)
  await page.getByText('还没有结果。').waitFor()
  await look(page, 'results-none')
  await page.goto(`/m/#/campaigns/${id}/bulletin`)
  await page.getByText('还没有通报。').waitFor()
  await look(page, 'bulletin-none')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a replaced vote, results with every part, an objection and its answer, the bulletin', async () => {
  const { committee } = await cast()
  const long = '“铜火淬炼·匠心筑梦”党员先锋岗创建方案：以深部开采主提升系统为重点的本质安全示范岗'
  const short = '井下运输党员先锋岗'
  const issued = await selection('党员先锋岗设计征集（春季）', [short, long], { expert: 20, committee: 900 })
  const judged = await selection('党员先锋岗设计征集（秋季）', [long, short], { vote: 22, expert: 22, committee: 25, objection: 900 })
  // Scores and everybody else's votes come in while the member looks.
  const others = Promise.all([score(issued), score(judged), vote(judged)])
  const { page, context, faults } = await signedIn('member', `/campaigns/${judged.id}`)
  await page.getByText('总分 = 投票 60% + 专家评审 40%').first().waitFor()
  await reach(judged.id, 'vote')
  await page.reload()
  await page.getByText('投票结束前可以重投').first().waitFor()

  const choose = async (name: string) => {
    await page.getByRole('checkbox', { name }).check()
    await page.getByRole('button', { name: '去投票' }).click()
    await page.getByRole('button', { name: '确认投票' }).click()
  }
  await choose(short)
  await page.getByText('投票成功').waitFor()
  const receipt = (await page.locator('.receipt .code').textContent())!.trim()
  await page.getByRole('button', { name: '重新投票' }).click()
  await choose(long)
  await page.getByText('已重新投票').waitFor()
  assert.equal((await page.locator('.receipt .code').textContent())!.trim(), receipt, 'the receipt says nothing of the choice')
  await others
  await decide(judged)
  await reach(judged.id, 'objection')

  await page.goto(`/m/#/campaigns/${judged.id}/results`)
  await page.getByRole('heading', { name: '十佳党员先锋岗' }).waitFor()
  await look(page, 'results')
  await page.locator('details summary').filter({ hasText: long }).click()
  // Six of eleven ballots: 54.55 × 60 % + 90.00 × 40 %.
  await page.getByText('得票 6 票').waitFor()
  const sums = await page.locator('details[open] tbody td:last-child').allTextContents()
  const total = await page.locator('details[open] summary .sum').textContent()
  assert.equal(sums.reduce((sum, part) => sum + Number(part), 0).toFixed(2), total)
  await page.getByRole('button', { name: '核对我的回执' }).click()
  await page.getByText('您的选票已计入').waitFor()
  await page.getByText(receipt).waitFor()
  await look(page, 'results-open')

  await page.getByRole('link', { name: '提出异议' }).click()
  await page.getByText(/公示还剩/).waitFor()
  await page.getByLabel('对哪一个申报').selectOption({ label: `${long}（${await unitOf(judged.id, long)}）` })
  await page.getByLabel('您的意见').fill('方案里的整改率口径和上报口径不一致，请核实。')
  await kept(page, `objection/${judged.id}`, '口径不一致')
  await page.reload()
  await page.getByRole('button', { name: '提交异议' }).click()
  await page.getByText('待答复').waitFor()
  await look(page, 'objection')
  const back = page.getByRole('button', { name: '撤回', exact: true })
  await back.click()
  await page.getByText('确定撤回吗').waitFor()
  await back.click()
  await page.getByText('还可以提 3 条').waitFor()
  await page.getByLabel('对哪一个申报').selectOption(judged.entries[0]!)
  await page.getByLabel('您的意见').fill('整改率的口径请再核实一次。')
  await page.getByRole('button', { name: '提交异议' }).click()
  await page.getByText('待答复').waitFor()
  const organiser = await tokenOf('organiser')
  const { items } = await call<{ items: Array<{ id: string; text: string }> }>(organiser, `/campaigns/${judged.id}/objections`)
  assert.equal(items.length, 1)
  assert.equal(items[0]!.text, '整改率的口径请再核实一次。')
  await call(organiser, `/objections/${items[0]!.id}/answer`, 'PUT', { upheld: false, answer: '经核实，两处口径一致，都按当班整改计算。' })
  await page.reload()
  await page.getByText('经核实，两处口径一致').waitFor()
  await look(page, 'objection-answered')

  await decide(issued)
  await call(organiser, `/campaigns/${issued.id}/publication`, 'POST')
  const today = (await api<{ day: string }>('member', '/me/today')).day
  const draft = await call<{ version: number }>(organiser, `/campaigns/${issued.id}/bulletin`, 'POST', { issuer: '示范集团党委组织部', addressees: '各基层党委、党总支、党支部', signature: '示范集团党委组织部', dated_on: today, document_no: { prefix: '示范组发', year: 2026, number: 9 } })
  const reviewed = await call<{ version: number }>(committee.token, `/campaigns/${issued.id}/bulletin/review`, 'POST', { version: draft.version })
  await call(organiser, `/campaigns/${issued.id}/bulletin/issuance`, 'POST', { version: reviewed.version })
  await page.goto(`/m/#/campaigns/${issued.id}`)
  await page.getByText('评选结果已正式公布').waitFor()
  await look(page, 'campaign-over')
  await page.getByRole('link', { name: '通报' }).click()
  await page.getByText('示范组发〔2026〕9号').waitFor()
  await page.getByText(short).first().waitFor()
  await look(page, 'bulletin')
  assert.deepEqual(faults, [])
  await context.close()
})

/** The draft as the phone has it: written a moment after the typing, which no page can be asked to wait for. */
async function kept(page: Page, name: string, text: string) {
  await until(
    () =>
      page.evaluate(
        ([end, words]) =>
          new Promise<boolean>((resolve) => {
            const opening = indexedDB.open('xianfeng')
            opening.onsuccess = () => {
              const drafts = opening.result.transaction('drafts').objectStore('drafts')
              const keys = drafts.getAllKeys()
              const values = drafts.getAll()
              values.onsuccess = () => {
                resolve(keys.result.some((key, at) => String(key).endsWith(end!) && JSON.stringify(values.result[at]).includes(words!)))
                opening.result.close()
              }
            }
          }),
        [name, text],
      ),
    `a draft of ${name}`,
  )
}

async function unitOf(campaign: string, title: string): Promise<string> {
  const { items } = await call<{ items: Array<Line & { unit_name: string }> }>(await tokenOf('organiser'), `/campaigns/${campaign}/entries`)
  return items.find((entry) => entry.title === title)!.unit_name
}
