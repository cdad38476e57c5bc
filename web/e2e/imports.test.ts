import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { tokenOf } from './selection.ts'
import { api, look, picture, signedIn, world } from './world.ts'

const LONG = '阿卜杜热合曼·买买提依明江·艾合买提'
const GROUP = 'JC01-01-1'
const file = (name: string, lines: string[]) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`) })
const MEMBERS = '工号,姓名,手机号,所属党小组编码,政治面貌,职务'
const choose = (page: Page, chosen: { name: string; mimeType: string; buffer: Buffer }) => page.locator('input[type=file]').setInputFiles(chosen)
/** Numbers of the report by their names. */
const counts = (page: Page) => page.locator('.figures > div').evaluateAll((all) => Object.fromEntries(all.map((one) => [one.querySelector('dt')!.textContent, Number(one.querySelector('dd')!.textContent)])))

/** As another administrator's computer writes at once. */
async function importsElsewhere(lines: string[]) {
  const { address } = await world()
  const answer = await fetch(`${address}/api/v1/imports/members`, { method: 'POST', headers: { Authorization: `Bearer ${await tokenOf('second administrator')}`, 'Content-Type': 'application/octet-stream' }, body: lines.join('\n') })
  assert(answer.ok, await answer.text())
}

interface Row {
  employee_no: string
  name: string
}
async function group(): Promise<Record<string, string>> {
  const { units } = await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')
  const branch = units.find(({ kind }) => kind === '党支部')!
  const { items } = await api<{ items: Row[] }>('administrator', `/units/${branch.id}/members?limit=100`)
  return Object.fromEntries(items.map(({ employee_no, name }) => [employee_no, name]))
}

test('a roster is looked at, written as it was shown or not at all, and taken back as a whole', async () => {
  const before = await group()
  const { people } = await world()
  const [number, name] = Object.entries(before).find(([known]) => !Object.values(people).some((person) => person.number === known))!
  const { page, context, faults } = await signedIn('administrator', '/work')
  await page.getByRole('link', { name: /^导入/ }).click()
  await page.getByRole('heading', { name: '导入人员' }).waitFor()
  await look(page, 'imports')
  const [template] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载模板' }).click()])
  assert.equal(template.suggestedFilename(), '人员导入模板.xlsx')

  const lines = [`${MEMBERS},备注`, `JC90001,${LONG},13909060001,${GROUP},中共党员,,`, `JC90002,测试新党员,,${GROUP},中共党员,,`, `JC90003,,1390906,没有这个编码,中共党员,,`, `${number},${name}改,,${GROUP},中共党员,,`]
  await choose(page, file('新疆阿尔金山矿业集团有限公司党委二〇二六年十一月党员名册（最终版）.csv', lines))
  await page.getByText(/核对码 [0-9a-f]{8}/).waitFor()
  assert.deepEqual(await counts(page), { 新增: 2, 变更: 1, 不变: 0, 不能导入: 1 })
  await page.getByText('手机号：“1390906”不是有效的手机号').waitFor()
  await page.getByText('备注：不认识的列，没有用到').waitFor()
  await look(page, 'imports-looked-at')
  const [list] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载清单' }).first().click()])
  const text = readFileSync(await list.path(), 'utf8')
  assert(text.startsWith('\ufeff"工作表","行","列","说明"') && text.includes('"4","手机号"'), text)
  // Nothing is written by looking.
  assert.deepEqual(await group(), before)

  // Somebody else writes meanwhile: what was shown is not what would come of it.
  await importsElsewhere([MEMBERS, `${number},${name}另改,,${GROUP},中共党员,`])
  await page.getByRole('button', { name: /^导入：新增 2 人，变更 1 人/ }).click()
  await page.getByText('另有 1 行不导入').waitFor()
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByText('没有导入任何内容。请重新试运行').waitFor()
  assert(!('JC90001' in (await group())))
  await look(page, 'imports-stale')
  await page.getByRole('button', { name: '重新核对' }).click()
  await page.getByRole('button', { name: /^导入：/ }).click()
  await look(page, 'imports-asked')
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByRole('heading', { name: '已导入' }).waitFor()
  const after = await group()
  assert.deepEqual([after['JC90001'], after['JC90002'], after[number]], [LONG, '测试新党员', `${name}改`])
  const id = /编号 ([0-9a-f-]{36})/.exec(await page.locator('main').innerText())![1]!
  await look(page, 'imports-written')

  // Still known after the page was left.
  await page.reload()
  await page.getByText('在这台设备上导入过的').waitFor()
  await page.getByRole('button', { name: '撤回这次导入' }).click()
  await page.getByRole('button', { name: '撤回', exact: true }).first().click()
  await page.getByText('已撤回，人员恢复到导入以前。').waitFor()
  await page.getByText('已撤回', { exact: true }).waitFor()
  assert.deepEqual(await group(), { ...before, [number]: `${name}另改` })
  // From another computer by its number, and once only.
  await page.getByText('撤回在别处导入的人员').click()
  await page.getByLabel('导入编号').fill(id)
  await page.getByRole('button', { name: '撤回', exact: true }).click()
  await page.getByText('这次导入已经撤回').waitFor()
  await look(page, 'imports-taken-back')
  await picture(page, 'imports-1280', { width: 1280 })

  // A large roster says how far it is; nothing of it is written.
  await page.evaluate(() => {
    // Over in a moment here: what the page says meanwhile is written down.
    const told: string[] = []
    Object.assign(window, { told })
    new MutationObserver(() => told.push(document.querySelector('.progress')?.parentElement?.innerText ?? '')).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
  })
  await choose(page, file('全公司.csv', [MEMBERS, ...Array.from({ length: 20_000 }, (_, at) => `X${at + 100_000},测试${at},,${GROUP},中共党员,`)]))
  await page.getByRole('button', { name: '导入：新增 20000 人' }).waitFor()
  const told = await page.evaluate(() => (window as unknown as { told: string[] }).told)
  assert(told.some((text) => /^正在核对 \d+ \/ 20000 行$/.test(text.trim())), told.slice(0, 3).join())

  await page.getByRole('radio', { name: '组织' }).check()
  await choose(page, file('组织.csv', ['编码,名称,简称,上级编码,类型', 'JC01-01-9,龙首矿第一党支部第九党小组,第九党小组,JC01-01,党小组']))
  await page.getByRole('button', { name: '导入：新增 1 个组织' }).click()
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByRole('heading', { name: '已导入' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('an organiser imports questions and brands; what is wrong with a file is said, and a long list is opened piece by piece', async () => {
  const { page, context, faults } = await signedIn('organiser', '/work/imports')
  await page.getByRole('heading', { name: '导入题库' }).waitFor()
  await choose(page, file('空.csv', ['题型,题干']))
  await page.getByRole('alert').locator('p').first().waitFor()
  await choose(page, { name: '旧.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from('d0cf11e0a1b11ae1', 'hex') })
  await page.getByText(/请另存为 xlsx/).waitFor()
  await look(page, 'imports-wrong-file')

  const [head] = readFileSync(new URL('../../demo/questions.csv', import.meta.url), 'utf8').replace('\ufeff', '').split(/\r?\n/)
  const good = '判断题,浏览器里导入的一道题。,,,,,,,正确,解析,矿山安全,易,规程'
  await choose(page, file('题.csv', [head!, good, ...Array.from({ length: 120 }, (_, at) => `单选题,第 ${at + 1} 道没有答案的题,甲,乙,,,,,,,矿山安全,易,`)]))
  await page.getByRole('heading', { name: /^不能导入（\d+ 处）/ }).waitFor()
  assert.equal(await page.locator('.remark').count(), 50)
  await page.getByRole('button', { name: /^再看 70 条/ }).click()
  assert.equal(await page.locator('.remark').count(), 120)
  await page.getByRole('switch', { name: '有一行不能导入，就全部不导入' }).check()
  await page.getByText('按您的选择，全部不导入').waitFor()
  assert.equal(await page.getByRole('button', { name: /^导入：/ }).count(), 0)
  await page.getByRole('switch', { name: '有一行不能导入，就全部不导入' }).uncheck()
  await page.getByRole('button', { name: '导入：新增 1 道题' }).click()
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByRole('heading', { name: '已导入' }).waitFor()
  const bank = await api<{ items: Array<{ stem: string }> }>('second organiser', `/questions?q=${encodeURIComponent('浏览器里导入')}`)
  assert(bank.items.some(({ stem }) => stem === '浏览器里导入的一道题。'))

  // What is there already is not written again.
  await page.getByRole('radio', { name: '党建品牌' }).check()
  await choose(page, { name: '品牌.csv', mimeType: 'text/csv', buffer: readFileSync(new URL('../../demo/brands.csv', import.meta.url)) })
  await page.getByText('系统里都已经有了').waitFor()
  assert.equal(await page.getByRole('button', { name: /^导入：/ }).count(), 0)
  // The network goes while a file is on its way.
  await page.route('**/imports/brands?**', (route) => route.abort())
  await choose(page, { name: '品牌.csv', mimeType: 'text/csv', buffer: readFileSync(new URL('../../demo/brands.csv', import.meta.url)) })
  await page.getByText('网络不通。').waitFor()
  await page.unroute('**/imports/brands?**')
  await page.getByRole('button', { name: '重新核对' }).click()
  await page.getByText('系统里都已经有了').waitFor()
  assert.deepEqual(faults, [])
  await context.close()

  const other = await signedIn('auditor', '/work/imports')
  await other.page.getByText('您的职务不需要导入。').waitFor()
  assert.deepEqual(other.faults, [])
  await other.context.close()
})
