// Forms of reports as an organiser writes them: from a shipped one or from nothing, looked at as they will be filled in, changed
// while a period is open; documents with a report; and a report that comes later by leave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverNow } from './demo.ts'
import { api, fits, look, openAnew, picture, signedIn, until } from './world.ts'

interface Line {
  id: string
  state: string
}
const day = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
const DAY = 86_400_000
const pdf = (name: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n') })
const titles = async (id: string) => (await api<{ form: { fields: Array<{ title: string }> } }>('organiser', `/report-forms/${id}`)).form.fields.map(({ title }) => title)

test('布置报送: a form is written from nothing, tried as it will be filled in, and changed while a period is open', async () => {
  const { page, context, faults } = await signedIn('organiser', '/report-forms/new', 1280)
  await page.getByRole('heading', { name: '从哪一份开始' }).waitFor()
  await page.getByRole('button', { name: '党委工作月报' }).waitFor()
  await look(page, 'report-ask-begin')
  await page.getByRole('button', { name: '自拟一份' }).click()
  await page.getByText('还没有填报内容，至少要有一项。').waitFor()
  assert(await page.getByRole('button', { name: '布置', exact: true }).isDisabled())
  await page.getByLabel('名称').fill('班组安全活动与隐患整改情况月报（矿山、选矿、冶炼单位）')
  await page.getByLabel('依据').fill('安委会〔2026〕3号')
  await page.getByLabel('谁来看').fill('党委组织部')
  await page.getByLabel('由哪类组织报送').selectOption('党支部')
  await page.getByRole('radio', { name: '每月' }).check()
  await page.getByText('本期：11月25日开始填报，12月5日前报送').waitFor()

  // a text, a number with a unit, a choice, a table, a file
  const add = async (title: string, kind: string) => {
    await page.getByRole('button', { name: '增加一项' }).click()
    const field = page.locator('.field-of').last()
    await field.getByLabel('名称').fill(title)
    await field.getByLabel('填写方式').first().selectOption({ label: kind })
    return field
  }
  const text = await add('整改情况', '文字')
  await text.getByRole('switch', { name: '必填' }).check()
  await text.getByLabel('填写说明（选填）').fill('写明措施和结果')
  await text.getByLabel('最多几个字').fill('900')
  const number = await add('排查隐患数', '数字')
  await number.getByLabel('计量单位').fill('项')
  await number.getByLabel('最小值').fill('0')
  const choice = await add('总体评价', '单选')
  await choice.getByLabel('选项').fill('好\n较好')
  const table = await add('遗留问题', '表格')
  await table.getByLabel('列名').fill('事项')
  await table.getByRole('button', { name: '增加一列' }).click()
  await table.getByLabel('列名').last().fill('完成时限')
  await table.getByLabel('填写方式').last().selectOption({ label: '日期' })
  await add('检查记录', '附件')
  await page.getByRole('button', { name: /^4\. 遗留问题/ }).click()
  await look(page, 'report-fields')
  await page.getByRole('button', { name: '上移：总体评价' }).click()
  await page.getByRole('button', { name: /^2\. 总体评价/ }).waitFor()

  // as whoever fills it in sees it
  await page.getByRole('button', { name: /^预览/ }).click()
  const preview = page.getByRole('group', { name: '填报人看到的样子' })
  await preview.getByLabel('整改情况（必填）').fill('试填一下')
  await preview.getByLabel('排查隐患数（项）').waitFor()
  await preview.getByRole('radio', { name: '较好' }).check()
  await preview.getByRole('button', { name: '增加一行' }).click()
  await preview.getByLabel('完成时限').waitFor()
  await look(page, 'report-preview')
  await page.getByRole('button', { name: '收起预览' }).click()

  // what the server does not accept is said where it stands, in a field that was closed
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByText(/向 \d+ 个党支部布置每月报送/).waitFor()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByText('上限须在 1 到 300 之间').waitFor()
  await look(page, 'report-fields-wrong')
  await page.getByLabel('最多几个字').fill('200')
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByRole('heading', { name: /班组安全活动与隐患整改情况月报/ }).waitFor()
  const form = /report-forms\/([0-9a-f-]{36})/.exec(page.url())![1]!
  assert.deepEqual(await titles(form), ['整改情况', '总体评价', '排查隐患数', '遗留问题', '检查记录'])
  await until(async () => (await api<{ items: Line[] }>('secretary', `/reports?form_id=${form}`)).items[0], 'the report is open')

  // changed while a period is open: that one keeps what it has
  await openAnew(page, `/report-forms/${form}`)
  await page.getByText(/第 1 版/).waitFor()
  await look(page, 'report-form-active')
  await page.getByRole('link', { name: /^修改/ }).click()
  await page.getByText(/正在填报，.*用第 1 版，不变/).waitFor()
  await page.getByLabel('谁来看').fill('党委组织部、安全环保部')
  assert.equal(await page.getByRole('button', { name: '保存', exact: true }).count(), 1, 'no new version without another field')
  await page.getByRole('button', { name: /^5\. 检查记录/ }).click()
  await page.getByRole('button', { name: '去掉这一项' }).click()
  await page.getByRole('button', { name: '去掉这一项' }).click()
  await page.getByRole('button', { name: '增加一项' }).click()
  await page.locator('.field-of').last().getByLabel('名称').fill('需协调事项')
  await page.getByText('增加“需协调事项”').waitFor()
  await page.getByText('去掉“检查记录”').waitFor()
  await look(page, 'report-edit')
  // somebody else was faster
  await api('second organiser', `/report-forms/${form}`, 'PATCH', { basis: '安委会〔2026〕5号' })
  await page.getByRole('button', { name: '保存为第 2 版' }).click()
  await page.getByText(/已于.*修改过/).waitFor()
  await page.getByRole('button', { name: '仍按我写的保存' }).click()
  await page.getByRole('link', { name: /填报内容的版本/ }).click()
  await page.getByRole('heading', { name: '第 2 版' }).waitFor()
  await page.getByText('增加“需协调事项”').waitFor()
  await look(page, 'report-versions')
  assert.deepEqual(await titles(form), ['整改情况', '总体评价', '排查隐患数', '遗留问题', '需协调事项'])
  const [open] = (await api<{ items: Array<{ version: number }> }>('organiser', `/report-forms/${form}/periods`)).items
  assert.equal(open!.version, 1)

  // copied into another one, from the page of the first
  await openAnew(page, `/report-forms/${form}`)
  await page.getByRole('link', { name: /照此另布置一项/ }).click()
  await page.getByRole('button', { name: /^5\. 需协调事项/ }).waitFor()
  assert.match(await page.getByLabel('名称').first().inputValue(), /班组安全活动/)
  await page.getByRole('radio', { name: '一次性' }).check()
  await page.getByLabel('截止日期').fill(day(serverNow() + DAY))
  await look(page, 'report-ask-once')
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByText(/至少要隔 \d 天/).waitFor()
  // one more than the limits allow waits for somebody above
  await api('organiser', '/report-forms', 'POST', { unit_id: (await api<{ unit_id: string }>('organiser', `/report-forms/${form}`)).unit_id, title: '支部学习情况月报', basis: '学习计划', reader: '党委组织部', unit_kind: '党支部', cycle: 'month', due_after: 5, form: { fields: [{ key: 'a', title: '情况', kind: 'text' }] } })
  await page.getByRole('radio', { name: '每月' }).check()
  await page.getByText(/党支部现在承担的定期报送有 1 项：班组安全活动/).waitFor()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByText('等党委委员批准后才开始填报').waitFor()
  await look(page, 'report-form-proposed')
  assert.deepEqual(faults, [])
  await context.close()

  // on a phone, in large type
  const phone = await signedIn('organiser', `/report-forms/${form}/edit`)
  await phone.page.getByRole('button', { name: /^4\. 遗留问题/ }).click()
  await picture(phone.page, 'report-edit-phone', { care: true })
  await fits(phone.page, 'a form being changed', true)
  assert.deepEqual(phone.faults, [])
  await phone.context.close()
})

test('报送: documents go with a report, a number is answered for, and a report comes later by leave', async () => {
  const { units } = await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')
  const top = units[units.length - 1]!.id
  const due = serverNow() + 20 * DAY
  const form = await api<{ id: string; state: string }>('organiser', '/report-forms', 'POST', {
    unit_id: top, title: '年度培训台账', basis: '培训计划', reader: '党委组织部', unit_kind: '党支部', cycle: 'once', starts_on: day(serverNow()), due_on: day(due),
    form: { fields: [
      { key: 'files', title: '台账', kind: 'file', required: true, limits: { most: 2 }, help: '扫描件或电子表' },
      { key: 'ideas', title: '金点子', kind: 'number', fact: 'ideas.submitted' },
      { key: 'kinds', title: '培训类别', kind: 'choices', limits: { options: ['政治理论', '业务技能', '安全'] } },
    ] },
  })
  // more than the limits allow waits for somebody above
  if (form.state === 'proposed') console.log('over the limits')
  const mine = await until(async () => (await api<{ items: Line[] }>('secretary', `/reports?form_id=${form.id}`)).items[0], 'the report is open')
  const { page, context, faults } = await signedIn('secretary', `/reports/${mine.id}`)
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('请填写“台账”').waitFor()
  const choose = page.getByLabel('台账（必填）：选择文件')
  await choose.setInputFiles({ name: '旧台账.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('d0cf11e0', 'hex') })
  await page.getByText(/“旧台账.xls”是旧格式，请另存为/).waitFor()
  await choose.setInputFiles([pdf('新疆阿尔金山矿业二〇二六年度党员教育培训台账（盖章扫描件）.pdf'), pdf('附表.pdf')])
  await page.getByText('附表.pdf').first().waitFor()
  await look(page, 'report-files-chosen')
  await page.getByRole('button', { name: '上传 2 个' }).click()
  await page.getByText('已有 2 个，不能再加').waitFor()
  await page.getByRole('button', { name: /^移除.*附表\.pdf/ }).click()
  await page.getByText(/已保存/).waitFor()
  await page.getByRole('checkbox', { name: '安全' }).check()
  await page.getByRole('radio', { name: '金点子' }).check()
  await page.getByLabel('哪里不对').fill('少算一条')
  await page.getByRole('button', { name: '反映' }).click()
  await page.getByText('等待答复').waitFor()
  await look(page, 'report-files')

  // asked for later: taken back, asked again, granted by another one
  const ask = async (why: string) => {
    await page.getByRole('radio', { name: '缓报' }).check()
    await page.getByLabel('延至').fill(day(due + 5 * DAY))
    await page.getByLabel('原因').fill(why)
    await page.getByRole('button', { name: '提出申请' }).click()
    await page.getByText('等布置的部门答复').waitFor()
  }
  await ask('等年终统计')
  await look(page, 'report-deferral-asked')
  await page.getByRole('button', { name: '撤回申请' }).click()
  await page.getByRole('button', { name: '撤回申请' }).click()
  await page.getByText('缓报至').waitFor()
  await ask('等年终统计出数')
  const organiser = await signedIn('organiser', `/reports/${mine.id}`, 1280)
  await organiser.page.getByText('少算一条').waitFor()
  await organiser.page.getByLabel('答复').last().fill('那一条是十二月的')
  await look(organiser.page, 'report-deferral')
  await organiser.page.getByRole('button', { name: '答复', exact: true }).click()
  await organiser.page.getByText('答复：那一条是十二月的').waitFor()
  await organiser.page.getByRole('button', { name: '同意', exact: true }).click()
  await organiser.page.getByText(/缓报至.*：同意/).waitFor()
  await page.reload()
  await page.getByText(/缓报至.*：同意/).waitFor()
  await look(page, 'report-deferred')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交').first().waitFor()
  const [kept] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /培训台账（盖章扫描件）/ }).click()])
  assert.match(kept.suggestedFilename(), /培训台账（盖章扫描件）\.pdf$/)
  await look(page, 'report-files-submitted')
  assert.deepEqual([...faults, ...organiser.faults], [])
  await organiser.context.close()
  await context.close()
})
