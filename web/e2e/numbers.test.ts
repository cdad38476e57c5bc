import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unitOf } from './team.ts'
import { api, look, signedIn } from './world.ts'

interface Idea {
  id: string
  outcomes: Array<{ id: string; title: string; amount_fen: number | null; struck: boolean }>
}

test('ideas are counted by branch and by category, and the list is taken along as a sheet', async () => {
  const { page, context, faults } = await signedIn('organiser', '/work/ideas')
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出表格' }).click()])
  assert.match(sheet.suggestedFilename(), /^金点子 .*\.xlsx$/)
  await page.getByRole('link', { name: /金点子统计/ }).click()
  await page.getByRole('radio', { name: '按支部' }).waitFor()
  await page.getByText('龙首矿第一党支部').waitFor()
  await look(page, 'idea-numbers')
  await page.getByRole('radio', { name: '按类别' }).check()
  await page.getByText('创新', { exact: true }).waitFor()
  await look(page, 'idea-numbers-category')
  const told = await api<{ submitted: number }>('organiser', `/ideas/statistics?unit_id=${(await unitOf('organiser')).id}`)
  await page.locator('.figures').getByText(String(told.submitted), { exact: true }).first().waitFor()
  await page.getByRole('radio', { name: '去年' }).check()
  await page.getByText('这段时间没有金点子。').waitFor()
  await look(page, 'idea-numbers-none')
  await page.route('**/ideas/statistics/groups*', (route) => route.abort())
  await page.reload()
  await page.getByRole('button', { name: '重试' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('an outcome is put right by another person than who recorded it, struck out, and everybody reads both', async () => {
  const { items } = await api<{ items: Array<{ id: string }> }>('secretary', '/ideas?state=accepted')
  const closed = await api<{ items: Array<{ id: string }> }>('secretary', '/ideas?state=closed')
  let idea: Idea | undefined
  for (const { id } of [...items, ...closed.items]) {
    const one = await api<Idea>('secretary', `/ideas/${id}`)
    if (one.outcomes.length) idea = one
  }
  assert(idea, 'no idea of the demo has an outcome')
  const of = idea.id
  const outcome = idea.outcomes.at(-1)!
  const attempt = async (who: string) => {
    const there = await signedIn(who, `/ideas/${of}`)
    await there.page.getByRole('link', { name: new RegExp(`更正.*${outcome.title}`) }).click()
    // The page of the idea has a field of that name, too, until this one has come.
    await there.page.getByRole('heading', { name: '更正成果' }).waitFor()
    await there.page.getByLabel('成果名称').waitFor()
    return there
  }
  // Of the two who may, one recorded it and is refused in the server’s words.
  let writer = await attempt('branch committee')
  const put = async () => {
    await writer.page.getByLabel('成果名称').fill('减少停机，按月核实')
    await writer.page.getByRole('button', { name: '保存更正' }).click()
    await writer.page.getByText('不能为空').waitFor()
    await writer.page.getByLabel('理由').fill('原来的名称不准确。')
    await look(writer.page, 'outcome-correction')
    await writer.page.getByRole('button', { name: '保存更正' }).click()
    const refused = writer.page.getByRole('alert').filter({ hasText: /./ })
    await refused.or(writer.page.getByRole('heading', { name: '金点子', level: 1 })).first().waitFor()
    return (await refused.count()) > 0
  }
  if (await put()) {
    await writer.context.close()
    writer = await attempt('secretary')
    assert.equal(await put(), false)
  }
  await writer.page.getByText('减少停机，按月核实').first().waitFor()
  const reader = await signedIn('member', `/ideas/${of}`)
  await reader.page.getByText(/更正，原为.*原来的名称不准确。/).waitFor()
  assert.equal(await reader.page.getByRole('link', { name: /^更正/ }).count(), 0)
  await look(reader.page, 'outcome-corrected')
  await writer.page.getByRole('link', { name: /更正.*减少停机，按月核实/ }).click()
  await writer.page.getByRole('radio', { name: '撤销这项成果' }).check()
  await writer.page.getByLabel('理由').fill('重复登记。')
  await writer.page.getByRole('button', { name: '撤销成果' }).click()
  await writer.page.getByText('已撤销', { exact: true }).waitFor()
  assert.equal((await api<Idea>('member', `/ideas/${of}`)).outcomes.find(({ id }) => id === outcome.id)!.struck, true)
  assert.deepEqual([...writer.faults, ...reader.faults], [])
  await reader.context.close()
  await writer.context.close()
})
