// 上级格式: the workbook of somebody above is sent once, and filled from then on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ahead, api, look, openAnew, signedIn, thisYear, until } from './world.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const file = (name: string) => ({ name, mimeType: XLSX, buffer: readFileSync(fileURLToPath(new URL(`layouts/${name}`, import.meta.url))) })

test('上级格式: a list is exported in the workbook that its superior wants, which says where a name means nothing', async () => {
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '安全隐患整改督办事项', unit_id: root, year: thisYear() })
  await api('organiser', `/task-lists/${list.id}/items/1`, 'PUT', { title: '井下避灾路线标识补齐', standard: '现场核对', due_on: ahead(34), nodes: [] })
  const { page, context, faults } = await signedIn('organiser', `/task-lists/${list.id}`)
  await page.getByRole('link', { name: /上级格式/ }).click()
  await page.getByText('还没有设置。').waitFor()
  await look(page, 'layout-none')
  await page.locator('input[type=file]').setInputFiles(file('wrong.xlsx'))
  await page.getByText(/工作表“Sheet1”A1：没有“任务名”这一项/).waitFor()
  await look(page, 'layout-refused')
  await page.locator('input[type=file]').setInputFiles(file('layout.xlsx'))
  await page.getByRole('button', { name: '按上级格式导出' }).waitFor()
  await look(page, 'layout')
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '按上级格式导出' }).click()])
  assert.equal(sheet.suggestedFilename(), '按上级格式导出.xlsx')
  await page.getByRole('button', { name: '取消格式' }).click()
  await page.getByRole('button', { name: '取消格式' }).last().click()
  await page.getByText('还没有设置。').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('上级格式 of a form: set once, then offered beside each period', async () => {
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const form = await api<{ id: string }>('organiser', '/report-forms', 'POST', {
    unit_id: root, title: '消防器材检查情况', basis: '安委会〔2026〕9号', reader: '党委组织部', unit_kind: '党支部', cycle: 'once', starts_on: ahead(0), due_on: ahead(12),
    form: { fields: [{ key: 'a', title: '重点任务', kind: 'text', required: true }] },
  })
  const { page, context, faults } = await signedIn('organiser', `/report-forms/${form.id}`, 1280)
  assert.equal(await page.getByRole('button', { name: '按上级格式' }).count(), 0)
  await page.getByRole('link', { name: /上级格式/ }).click()
  await page.locator('input[type=file]').setInputFiles(file('layout.xlsx'))
  // a name of lists means nothing here
  await page.getByText(/没有“清单名称”这一项/).waitFor()
  await page.locator('input[type=file]').setInputFiles(file('form.xlsx'))
  await page.getByText('在“各期”里按上级格式导出。').waitFor()
  await look(page, 'layout-form')
  await until(async () => (await api<{ items: unknown[] }>('organiser', `/report-forms/${form.id}/periods`)).items.length > 0, 'the period is open')
  await openAnew(page, `/report-forms/${form.id}`)
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '按上级格式' }).click()])
  assert.match(sheet.suggestedFilename(), /^消防器材检查情况.*\.xlsx$/)
  await look(page, 'form-with-layout')
  assert.deepEqual(faults, [])
  await context.close()
})
