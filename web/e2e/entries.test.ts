import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, photograph } from './paint.ts'
import { at, reach } from './selection.ts'
import { enters, unitOf } from './team.ts'
import { api, documentNo, look, signedIn } from './world.ts'

/** A selection whose entries are taken now and which is judged by the branches soon. */
async function selection(title: string, entryEnds: number): Promise<string> {
  const unit = await unitOf('organiser')
  const criterion = (code: string, title: string) => ({ code, title, full: 100, weight: 5000 })
  const { id } = await api<{ id: string }>('organiser', '/campaigns', 'POST', {
    title,
    unit_id: unit.id,
    terms: {
      kind: 'other',
      notice: { document_no: documentNo(), text: '请各党支部申报，各支部互评。' },
      categories: [{ code: 'post', title: '党员先锋岗', quota: 10 }],
      electorate: { kinds: ['full', 'probationary'] },
      timetable: [
        { stage: 'entry', opens_at: at(-1), closes_at: at(entryEnds) },
        { stage: 'peer', opens_at: at(entryEnds), closes_at: at(2 * 86_400) },
        { stage: 'committee', opens_at: at(2 * 86_400), closes_at: at(3 * 86_400) },
      ],
      criteria: [criterion('effect', '创建成效'), criterion('lasting', '可持续性')],
      sources: [{ source: 'peer', rule: 'share_of_full', weight: 10000 }],
      awards: [{ code: 'ten', title: '党员先锋岗', quota: 10, category: 'post' }],
    },
  })
  assert(id, 'the organiser could not create a selection')
  await api('organiser', `/campaigns/${id}/announcement`, 'POST')
  await api('organiser', `/campaigns/${id}/opening`, 'POST')
  return id
}

interface Holder {
  unit: string
  id: string
}

async function enter(who: string, campaign: string, { unit, id }: Holder, title: string): Promise<string> {
  const plan = { title, owner_id: id, goals: [{ name: '设备完好率', target: '95%' }], measures: [{ text: '每班点检，每周讲评。' }], expected_effects: ['故障停机减少。'] }
  const entry = await api<{ id: string }>(who, `/campaigns/${campaign}/entries`, 'POST', { unit_id: unit, category: 'post', plan })
  await api(who, `/entries/${entry.id}/submission`, 'POST')
  return entry.id
}

/** A secretary of another branch. */
async function neighbour(): Promise<Holder> {
  const { items } = await api<{ items: Array<{ id: string; kind: string }> }>('administrator', '/units')
  const own = await unitOf('secretary')
  for (const unit of items.filter(({ id, kind }) => kind === '党支部' && id !== own.id)) {
    const roster = await api<{ items: Array<{ id: string; employee_no: string; duties: Array<{ role: string; unit_id: string }> }> }>('administrator', `/units/${unit.id}/members?limit=100`)
    const holder = roster.items.find(({ duties }) => duties.some(({ role, unit_id }) => role === 'secretary' && unit_id === unit.id))
    if (!holder) continue
    await enters('neighbour', holder)
    return { unit: unit.id, id: holder.id }
  }
  throw new Error('no other branch has a secretary')
}

test('an entry is written with a photograph and an article, handed in, and the branches score each other', async () => {
  await selection('党员先锋岗评选', 86_400)
  const beside = await neighbour()
  // Another one, whose judging begins while the first is written for.
  const own = { unit: (await unitOf('secretary')).id, id: (await api<{ id: string }>('secretary', '/me')).id }
  const judging = await selection('设备管理先锋岗评选', 30)
  await enter('secretary', judging, own, '溜井放矿安全先锋岗')
  const other = await enter('neighbour', judging, beside, '铲运机保养先锋岗')
  const { page, context, faults } = await signedIn('secretary', '/work/entries')
  await page.getByText('十大优秀党建品牌评选').waitFor()
  await look(page, 'entries')
  await page.getByRole('link', { name: /党员先锋岗评选/ }).click()
  await page.getByText('还没有填报。').waitFor()
  await page.getByRole('link', { name: '填报材料' }).click()
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText('不能为空').first().waitFor()
  await look(page, 'entry-new')
  await page.getByLabel('名称').fill('溜井放矿安全先锋岗')
  await page.getByLabel('目标 1').fill('溜井堵塞处理时间')
  await page.getByLabel('指标（选填）').fill('每次不超过 40 分钟')
  await page.getByRole('textbox', { name: '措施 1' }).fill('放矿前确认格栅，放矿后清理。')
  await page.getByRole('button', { name: '再加一条措施' }).click()
  await page.getByRole('textbox', { name: '措施 2' }).fill('每周党小组会通报一次。')
  await page.getByLabel('预期效果').fill('堵塞次数下降。\n处理更安全。')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByRole('heading', { name: '参评材料' }).waitFor()
  await page.getByText('每次不超过 40 分钟').waitFor()
  const id = page.url().match(/entries\/([0-9a-f-]+)/)![1]!

  await page.locator('input[type=file]').setInputFiles({ name: '格栅.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) })
  await page.getByRole('button', { name: '添加 1 张' }).click()
  await page.getByRole('img', { name: /举措佐证 1/ }).waitFor()
  await page.locator('input[type=file]').setInputFiles({ name: '另一张.jpg', mimeType: 'image/jpeg', buffer: await photograph(page, 60) })
  await page.getByRole('button', { name: '添加 1 张' }).click()
  await page.getByRole('img', { name: /举措佐证 2/ }).waitFor()
  await page.getByRole('button', { name: '移除照片' }).click()
  await page.getByRole('button', { name: '移除第 2 张' }).click()
  await page.getByRole('button', { name: '移除', exact: true }).click()
  await page.getByRole('img', { name: /举措佐证 2/ }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('评审开始前还可以修改').waitFor()
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交', { exact: true }).waitFor()

  // Whoever runs the selection publishes the article; the branch reads it beside its entry.
  const organiser = await signedIn('organiser', `/work/entries/${id}`)
  await organiser.page.getByRole('button', { name: '写文章' }).click()
  await organiser.page.getByLabel('正文').fill('# 从堵到通\n\n过去一次堵塞要停半个班。')
  // A picture of the article's own, which proves nothing.
  await organiser.page.getByLabel('配图：选择图片').setInputFiles({ name: '题图.jpg', mimeType: 'image/jpeg', buffer: await photograph(organiser.page) })
  await organiser.page.getByRole('img', { name: /题图/ }).waitFor()
  await look(organiser.page, 'entry-article')
  await organiser.page.getByRole('button', { name: '发布', exact: true }).click()
  await organiser.page.getByText('过去一次堵塞要停半个班。').waitFor()
  await came(organiser.page, '.markdown img')
  await organiser.context.close()
  await page.reload()
  await page.getByText('过去一次堵塞要停半个班。').waitFor()
  // The unit itself writes on, until the judging begins.
  await page.getByRole('button', { name: '修改文章' }).click()
  await page.getByLabel('正文').fill('# 从堵到通\n\n过去一次堵塞要停半个班，现在不到一小时。')
  // A photograph that proves the entry stands in its text, too.
  await page.getByRole('button', { name: '插入第 1 张' }).click()
  assert.match(await page.getByLabel('正文').inputValue(), /不到一小时。\n\n!\[图 1\]\(file:[0-9a-f-]{36}\)$/)
  await look(page, 'entry-article-pictures')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByText('现在不到一小时。').and(page.locator('.markdown p')).waitFor()
  await came(page, '.markdown img')
  const reader = await signedIn('neighbour', `/entries/${id}`)
  await reader.page.getByRole('img', { name: '图 1' }).waitFor()
  await came(reader.page, '.markdown img')
  assert.equal(await reader.page.getByText('![').count(), 0)
  await look(reader.page, 'entry-article-read')
  assert.deepEqual(reader.faults, [])
  await reader.context.close()
  const seen = await api<{ state: string; title: string }>('neighbour', `/entries/${id}`)
  assert.equal(seen.state, 'submitted')
  const evidence = await api<{ items: Array<{ kind: string }> }>('neighbour', `/entries/${id}/evidence`)
  assert.deepEqual(evidence.items.map(({ kind }) => kind), ['measure'])
  await look(page, 'entry')
  await page.getByRole('link', { name: '修改' }).click()
  await page.getByRole('heading', { name: '修改材料' }).waitFor()
  await page.getByLabel('口号').waitFor()
  await look(page, 'entry-writing')
  // Another phone of the branch was faster: nothing of it is written over unknowingly.
  const now = await api<{ category: string; plan: object }>('secretary', `/entries/${id}`)
  await api('secretary', `/entries/${id}`, 'PATCH', { category: now.category, plan: { ...now.plan, brand: '畅通先锋' } })
  await page.getByLabel('口号').fill('一斗一清，班班畅通')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByRole('alert').getByText(/^\S+已于.*修改过这里的内容/).waitFor()
  await look(page, 'entry-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value === '畅通先锋'))
  await page.getByLabel('口号').fill('一斗一清，班班畅通')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText('一斗一清，班班畅通').waitFor()
  // Every version stays, with who wrote it, when, and what changed.
  await page.getByText('修改记录').click()
  await page.getByText('第 3 版', { exact: true }).last().waitFor()
  await page.getByText('改了品牌', { exact: true }).waitFor()
  await page.getByText('改了口号', { exact: true }).waitFor()
  await look(page, 'entry-versions')

  // The judging begins by the server's own calendar.
  await reach(judging, 'peer')
  await page.goto(`/m/#/work/campaigns/${judging}`)
  await page.getByText(/还有 1 份/).waitFor()
  await look(page, 'entry-campaign')
  await page.getByRole('link', { name: /给其他组织的材料打分/ }).click()
  await page.getByText('还没有打分').waitFor()
  await look(page, 'scores')
  await page.getByRole('link', { name: /铲运机保养先锋岗/ }).click()
  await page.getByRole('button', { name: '提交分数' }).click()
  await page.getByText('请填写 0 到 100 的整数。').first().waitFor()
  await page.getByLabel(/创建成效/).fill('88')
  await page.getByLabel(/可持续性/).fill('91')
  await page.getByLabel('评语（选填）').first().fill('点检记录完整。')
  await page.getByText('89.5').waitFor()
  assert.equal(await page.getByText('请填写 0 到 100 的整数。').count(), 0)
  await look(page, 'score-sheet')
  await page.getByRole('button', { name: '提交分数' }).click()
  await page.getByText('都评完了。').waitFor()
  const given = await api<{ judges: Array<{ scores: Array<{ entry_id: string; total: number }> }> }>('organiser', `/campaigns/${judging}/scores`)
  assert(given.judges.some(({ scores }) => scores.some(({ entry_id, total }) => entry_id === other && total === 8950)))
  assert.deepEqual(faults, [])
  await context.close()
})
