import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, mark } from './paint.ts'
import { at, call, cast, decide, reach, score, selection, tokenOf } from './selection.ts'
import { putAside, unitOf } from './team.ts'
import { answerWith, api, documentNo, look, newcomer, signedIn, until, world } from './world.ts'

const LONG = '阿卜杜热合曼·买买提依明江·艾合买提'

/** 标识征集: members propose until tomorrow. */
async function callForMarks(title: string): Promise<string> {
  const unit = await unitOf('organiser')
  const { id } = await api<{ id: string }>('organiser', '/campaigns', 'POST', {
    title,
    unit_id: unit.id,
    terms: {
      kind: 'design_call',
      notice: { document_no: documentNo(), text: '面向全体党员征集党建品牌标识。' },
      categories: [{ code: 'mark', title: '品牌标识', quota: 1 }],
      electorate: { kinds: ['full', 'probationary'] },
      timetable: [
        { stage: 'entry', opens_at: at(-1), closes_at: at(86_400) },
        { stage: 'vote', opens_at: at(86_400), closes_at: at(2 * 86_400) },
        { stage: 'committee', opens_at: at(2 * 86_400), closes_at: at(3 * 86_400) },
      ],
      sources: [{ source: 'vote', rule: 'share_of_ballots', weight: 10000 }],
      entries: { by_members: true },
      awards: [{ code: 'mark', title: '品牌标识', quota: 1, category: 'mark' }],
    },
  })
  await api('organiser', `/campaigns/${id}/announcement`, 'POST')
  await api('organiser', `/campaigns/${id}/opening`, 'POST')
  return id
}
const noticed = async (who: string, words: RegExp) => until(async () => (await api<{ items: Array<{ body: string }> }>(who, '/me/notices?limit=100')).items.some(({ body }) => words.test(body)), `${who} hears ${words}`)

test('a member proposes a mark with its picture, takes one back, and hears what became of the others', async () => {
  const id = await callForMarks('党建品牌标识征集')
  const { page, context, faults } = await signedIn('member', `/campaigns/${id}`)
  await page.getByRole('link', { name: /我的投稿/ }).click()
  await page.getByText('您还没有投稿。').waitFor()
  await look(page, 'proposals-none')
  await page.getByRole('button', { name: '提交投稿' }).click()
  await page.getByText('不能为空').first().waitFor()
  await look(page, 'proposal-refused')
  await page.getByLabel('名称').fill('星火')
  await page.getByLabel('说明').fill('红色代表党建引领，向上的箭头代表先锋。')
  await page.getByLabel('图片：拍照或选择照片').setInputFiles({ name: '星火.png', mimeType: 'image/png', buffer: await mark(page) })
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  // The phone is put aside and the page killed: text and picture are there again.
  await putAside(page)
  await page.reload()
  await page.getByText('已恢复上次没有提交的内容').waitFor()
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  await look(page, 'proposal-writing')
  await page.getByRole('button', { name: '提交投稿' }).click()
  await page.getByRole('link', { name: /星火/ }).waitFor()
  await page.getByText('待审核').waitFor()
  await page.getByText('还可以投 2 份').waitFor()
  for (const title of ['薪火', '灯塔']) {
    await page.getByLabel('名称').fill(title)
    await page.getByLabel('说明').fill(`${title}代表传承。`)
    await page.getByRole('button', { name: '提交投稿' }).click()
    await page.getByRole('link', { name: new RegExp(title) }).waitFor()
  }
  await page.getByText('您已投 3 份，不能再投。').waitFor()
  await look(page, 'proposals-mine')
  await page.getByRole('link', { name: /灯塔/ }).click()
  await page.getByText('等待审核').waitFor()
  await page.getByRole('button', { name: '撤回投稿' }).click()
  await page.getByRole('button', { name: '撤回投稿' }).click()
  await page.getByText('已由投稿人撤回。').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByText('还可以投 1 份').waitFor()

  // Nobody else sees what waits; whoever runs the selection does, with the picture.
  const stranger = await signedIn(await newcomer(), `/campaigns/${id}/proposals`)
  await stranger.page.getByText('您还没有投稿。').waitFor()
  assert.equal(await stranger.page.getByText('星火').count(), 0)
  await stranger.context.close()
  await noticed('organiser', /收到个人投稿/)
  const organiser = await signedIn('organiser', `/campaigns/${id}`)
  await organiser.page.getByRole('link', { name: /个人投稿/ }).click()
  await organiser.page.getByRole('heading', { name: '党员投稿，待审核 2' }).waitFor()
  await came(organiser.page, 'img.thumb')
  await look(organiser.page, 'proposals-all')
  await organiser.page.getByRole('link', { name: /星火/ }).click()
  await organiser.page.getByText('向上的箭头代表先锋').waitFor()
  await came(organiser.page, '.mark-whole img')
  await look(organiser.page, 'proposal')
  await organiser.page.getByRole('button', { name: '采用', exact: true }).click()
  await organiser.page.getByRole('button', { name: '采用', exact: true }).click()
  await organiser.page.getByText('已采用，和其他申报一起参加评选。').waitFor()
  await organiser.page.getByRole('button', { name: '返回' }).click()
  await organiser.page.getByRole('link', { name: /薪火/ }).click()
  await organiser.page.getByRole('button', { name: '不采用' }).click()
  await organiser.page.getByRole('button', { name: '不采用' }).click()
  await organiser.page.getByText('不能为空').waitFor()
  await organiser.page.getByLabel('不采用的理由').fill('与已有标识过于相近。')
  await look(organiser.page, 'proposal-declining')
  await organiser.page.getByRole('button', { name: '不采用' }).click()
  await organiser.page.getByText('未采用，理由已通知投稿人。').waitFor()
  assert.deepEqual(organiser.faults, [])

  // The member hears both, and everybody sees the one that was taken, with its picture and its author.
  await noticed('member', /星火.*已通过审核/)
  await noticed('member', /薪火.*与已有标识过于相近/)
  const other = await signedIn('secretary', `/campaigns/${id}`)
  await other.page.getByRole('link', { name: /星火.*投稿/ }).waitFor()
  await came(other.page, 'img.thumb')
  assert.equal(await other.page.getByText('薪火').count(), 0)
  await other.page.getByRole('link', { name: /星火.*投稿/ }).click()
  await other.page.getByText('红色代表党建引领').waitFor()
  await came(other.page, '.mark-whole img')
  await look(other.page, 'proposal-read')
  assert.deepEqual([...faults, ...other.faults], [])
  await other.context.close()

  // Long names, and a server that does not answer.
  const proposals = '**/proposals?*'
  await answerWith(organiser.page, proposals, (body) => body.replaceAll(/测试党员\d+/g, LONG).replaceAll('星火', '星火燎原：从井下运输到地面检修全覆盖的先锋工程标识'))
  await organiser.page.evaluate((to) => (location.hash = `#/campaigns/${to}/proposals`), id)
  await organiser.page.getByText(LONG).first().waitFor()
  await look(organiser.page, 'proposals-long')
  await organiser.page.unroute(proposals)
  await organiser.page.route(proposals, (route) => route.abort())
  await organiser.page.reload()
  await organiser.page.getByRole('button', { name: '重试' }).waitFor()
  await organiser.context.close()
  await context.close()
})

test('a member’s mark stands on the ballot and, once awarded, becomes that of a brand', async () => {
  const { units } = await cast()
  const author = units[0]!.members.find(({ id }) => id !== units[0]!.secretary.id)!
  const painter = await signedIn('organiser', '/help')
  const picture = new Uint8Array(await mark(painter.page))
  await painter.context.close()
  const { address } = await world()
  const made = await selection('厂徽标识评选', ['设备先锋标识', '安全先锋标识'], { entry: 20, vote: 45, expert: 45, committee: 90 }, { entries: { by_members: true }, one_award_per_unit: false })
  const uploaded = await fetch(`${address}/api/v1/files?name=mark.png`, { method: 'POST', headers: { Authorization: `Bearer ${author.token}`, 'Content-Type': 'image/png' }, body: picture })
  const { id: file } = (await uploaded.json()) as { id: string }
  const proposal = await call<{ id: string }>(author.token, `/campaigns/${made.id}/proposals`, 'POST', { category: 'post', title: '先锋之光', description: '红色的箭头。', file_ids: [file] })
  await call(await tokenOf('organiser'), `/entry-proposals/${proposal.id}/approval`, 'POST')

  await reach(made.id, 'vote')
  const voter = await signedIn('member', `/campaigns/${made.id}`)
  await voter.page.getByRole('checkbox', { name: /先锋之光/ }).waitFor()
  await came(voter.page, '.ballot img')
  await look(voter.page, 'ballot-mark')
  await voter.page.getByRole('checkbox', { name: /先锋之光/ }).check()
  await voter.page.getByRole('button', { name: '去投票' }).click()
  await voter.page.getByRole('button', { name: '确认投票' }).click()
  await voter.page.getByRole('heading', { name: '您已投票' }).waitFor()
  assert.deepEqual(voter.faults, [])
  // Totals of fewer than ten ballots would tell who voted for what.
  for (const person of units[1]!.members.slice(0, 6)) await call(person.token, `/campaigns/${made.id}/ballots`, 'POST', { entries: [proposal.id] })
  for (const person of units[0]!.members.slice(0, 5)) await call(person.token, `/campaigns/${made.id}/ballots`, 'POST', { entries: [made.entries[1]!] })
  await score({ ...made, entries: [proposal.id, ...made.entries] })
  await decide(made)
  await call(await tokenOf('organiser'), `/campaigns/${made.id}/publication`, 'POST')

  const brand = (await api<{ items: Array<{ id: string; name: string }> }>('organiser', '/brands?limit=100')).items.find(({ name }) => name === '铜芯向党')!
  const { page, context, faults } = await signedIn('organiser', `/work/entries/${proposal.id}`)
  await page.getByLabel('哪个品牌').selectOption(brand.id)
  await page.getByRole('button', { name: '启用', exact: true }).click()
  await page.getByText(/换用这幅标识/).waitFor()
  await page.getByRole('button', { name: '启用', exact: true }).click()
  await page.getByText(/^已启用为/).waitFor()
  await look(page, 'mark-adopted')
  // One that was not awarded is none.
  await page.evaluate((to) => (location.hash = `#/work/entries/${to}`), made.entries[1]!)
  await page.getByRole('heading', { name: '参评材料' }).waitFor()
  await page.getByText('安全先锋标识').first().waitFor()
  assert.equal(await page.getByLabel('哪个品牌').count(), 0)
  await voter.page.evaluate((to) => (location.hash = `#/brands/${to}`), brand.id)
  await voter.page.getByRole('img', { name: '铜芯向党的标识' }).waitFor()
  await came(voter.page, '.mark-whole img')
  await look(voter.page, 'brand-adopted')
  assert.deepEqual([...faults, ...voter.faults], [])
  await voter.context.close()
  await context.close()
})
