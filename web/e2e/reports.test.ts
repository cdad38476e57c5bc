// A report: filled in on a phone and on a PC at the same time without losing a word, returned, handed in again, looked at as a whole.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverNow } from './demo.ts'
import { tokenOf } from './selection.ts'
import { api, look, signedIn, until, world } from './world.ts'

const CHANGED = /^\S+已于.*修改过这里的内容/

interface Line {
  id: string
  unit_name: string
  state: string
}

/** What another phone of the secretary writes over the state that stands there. */
async function writtenElsewhere(id: string, done: string) {
  const { address } = await world()
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${await tokenOf('secretary')}` }
  const there = await fetch(`${address}/api/v1/reports/${id}`, { headers })
  const answer = await fetch(`${address}/api/v1/reports/${id}/draft`, { method: 'PUT', headers: { ...headers, 'If-Match': there.headers.get('etag') ?? '' }, body: JSON.stringify({ answers: { done } }) })
  assert(answer.ok, await answer.text())
}

const day = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

test('报送: a secretary fills in on the phone while another phone writes, is returned, and hands in again', async () => {
  const { units } = await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')
  const top = units[units.length - 1]!.id
  const now = serverNow()
  const form = await api<{ id: string; state: string }>('organiser', '/report-forms', 'POST', {
    unit_id: top, title: '隐患整改情况', basis: '月度例会', reader: '党委组织部', unit_kind: '党支部', cycle: 'once', starts_on: day(now), due_on: day(now + 12 * 86_400_000), allows_no_change: true,
    form: { fields: [
      { key: 'done', title: '整改情况', kind: 'text', required: true, help: '写明结果' },
      { key: 'count', title: '隐患数', kind: 'number', limits: { unit: '项' } },
      { key: 'left', title: '遗留问题', kind: 'table', columns: [{ key: 'matter', title: '事项', kind: 'text', required: true }, { key: 'due', title: '完成时限', kind: 'date' }] },
    ] },
  })
  assert.equal(form.state, 'active')
  const mine = await until(async () => (await api<{ items: Line[] }>('secretary', `/reports?form_id=${form.id}`)).items[0], 'the report is open')

  const { page, context, faults } = await signedIn('secretary', '/reports')
  await page.getByRole('link', { name: /隐患整改情况/ }).click()
  await page.getByRole('heading', { name: '隐患整改情况' }).waitFor()
  await look(page, 'report-empty')
  await page.getByLabel('整改情况（必填）').fill('皮带防护罩已装好。')
  await page.getByText(/已保存/).waitFor()
  assert.equal((await api<{ draft: { done: string } }>('secretary', `/reports/${mine.id}`)).draft.done, '皮带防护罩已装好。')

  // another phone writes meanwhile: nothing is written over, and the reader chooses
  await writtenElsewhere(mine.id, '另一部手机写的。')
  await page.getByLabel('隐患数（项）').fill('3')
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  await look(page, 'report-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value.includes('另一部手机')))
  await page.getByLabel('隐患数（项）').fill('三')
  await page.getByRole('button', { name: '增加一行' }).click()
  await page.getByLabel('事项（必填）').fill('备件未到')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('“隐患数”须是整数').waitFor()
  await page.getByLabel('隐患数（项）').fill('3')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交').first().waitFor()
  await page.getByText('备件未到').waitFor()
  await look(page, 'report-submitted')
  assert.deepEqual(faults, [])
  await context.close()

  const organiser = await signedIn('organiser', `/report-forms/${form.id}/overview`, 1200)
  await organiser.page.getByRole('link', { name: '已提交' }).click()
  await organiser.page.getByLabel('退回原因').fill('请写明责任人')
  await look(organiser.page, 'report-review')
  await organiser.page.getByRole('button', { name: '退回修改' }).click()
  await organiser.page.getByText('退回原因：请写明责任人').waitFor()

  const again = await signedIn('secretary', `/reports/${mine.id}`, 1200)
  await again.page.getByText('退回原因：请写明责任人').waitFor()
  await again.page.getByLabel('整改情况（必填）').fill('皮带防护罩已装好，由机电班长负责。')
  await look(again.page, 'report-on-pc')
  await again.page.getByRole('button', { name: '提交' }).click()
  await again.page.getByText('已提交').first().waitFor()
  await organiser.page.reload()
  await organiser.page.getByRole('button', { name: '审核', exact: true }).click()
  await organiser.page.getByRole('button', { name: '审核', exact: true }).click()
  await organiser.page.getByText('已审核').first().waitFor()
  await organiser.page.goto(`${organiser.page.url().split('#')[0]}#/report-forms/${form.id}/overview`)
  await organiser.page.getByRole('link', { name: '已审核' }).waitFor()
  await look(organiser.page, 'report-overview')

  // where it was asked for, and what is told of it
  const { periods } = await api<{ periods: Array<{ id: string }> }>('organiser', `/report-forms/${form.id}/overview`)
  await api('organiser', `/report-periods/${periods[0]!.id}/bulletin`, 'POST', { issuer: '党委组织部', addressees: '各党支部', signature: '党委组织部', dated_on: day(now) })
  const at = async (path: string, text: string | RegExp, name: string) => {
    await organiser.page.evaluate((to) => (location.hash = `#${to}`), path)
    await organiser.page.getByText(text).first().waitFor()
    await look(organiser.page, name)
  }
  await at(`/report-periods/${periods[0]!.id}/bulletin`, '草稿', 'report-bulletin')
  await at('/report-forms', '隐患整改情况', 'report-forms')
  await at('/report-forms/new', '党委工作月报', 'report-ask')
  await at(`/report-forms/${form.id}`, '隐患整改情况', 'report-form')
  await at('/reports', '报送事项', 'reports')
  assert.deepEqual([...again.faults, ...organiser.faults], [])
  await again.context.close()
  await organiser.context.close()
})
