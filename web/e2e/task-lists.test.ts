// Lists of tasks as an organiser keeps them: written item by item and from a file, put in order, laid on units, and what
// becomes of single tasks: reminded, rested, merged, struck off by two people.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { ahead, answerWith, api, fits, look, monthsEnd, openAnew, picture, signedIn, thisYear, until } from './world.ts'

const LONG = '龙首矿采矿一工区机电维修与充填联合党支部第三党小组'
const HEADERS = '序号,重点任务,完成标准,牵头单位,完成时限,权重,是否重点,节点,备注'
const file = (name: string, lines: string[]) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`) })
const counts = (page: Page) => page.locator('.figures > div').evaluateAll((all) => Object.fromEntries(all.map((one) => [one.querySelector('dt')!.textContent, Number(one.querySelector('dd')!.textContent)])))

interface Item {
  number: number
  title: string
  focus: boolean
  weight: number
  nodes: unknown[]
}
interface Head {
  id: string
  title: string
  unit_id: string
  state: string
}
const itemsOf = async (list: string) => (await api<{ items: Item[] }>('organiser', `/task-lists/${list}/items`)).items

test('任务清单: an organiser writes a list, orders it, imports more of it and lays it on branches', async () => {
  const { page, context, faults } = await signedIn('organiser', '/task-lists', 1280)
  await page.getByText('还没有任务清单。').waitFor()
  await look(page, 'task-lists-none')
  await page.getByRole('link', { name: /新建清单/ }).click()
  // the list behind has kinds to choose from, too
  await page.getByRole('heading', { name: '新建清单' }).waitFor()
  await page.getByRole('radio', { name: '督办' }).check()
  await page.getByText('每周反馈，可打印督办单').waitFor()
  assert(await page.getByRole('radio', { name: '每周' }).isChecked(), 'what is usual for the kind is proposed')
  await page.getByRole('radio', { name: '任务清单' }).check()
  await page.getByLabel('名称').fill('2026 年党建重点任务清单（含采矿一工区机电维修与充填联合党支部专项）')
  await page.getByLabel('年度').fill('二〇二六')
  await page.getByRole('button', { name: '建立清单' }).click()
  await page.getByText('请写四位年份').waitFor()
  await page.getByLabel('年度').fill(String(thisYear()))
  await page.getByLabel('依据（选填）').fill('党委会纪要〔2026〕12号')
  await look(page, 'task-list-new')
  await page.getByRole('button', { name: '建立清单' }).click()
  await page.getByText('清单里还没有事项。').waitFor()
  const list = /task-lists\/([0-9a-f-]{36})/.exec(page.url())![1]!
  await look(page, 'task-list-empty')
  await page.getByRole('link', { name: /修改清单/ }).click()
  await page.getByRole('heading', { name: '修改清单' }).waitFor()
  await page.getByLabel('依据（选填）').fill('党委会纪要〔2026〕13号')
  await look(page, 'task-list-edit')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('依据：党委会纪要〔2026〕13号').waitFor()

  // written by hand, with what is missing said at its field
  await page.getByRole('link', { name: /新增事项/ }).click()
  await page.getByRole('heading', { name: '新增事项' }).waitFor()
  assert.equal(await page.getByLabel('序号').inputValue(), '1')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('请写明怎样算完成').waitFor()
  await page.getByLabel('任务', { exact: true }).fill('开展安全生产专项主题党日')
  await page.getByLabel('完成标准').fill('各支部全员参加，形成问题清单并整改到位')
  await page.getByLabel('完成时限').fill(ahead(33))
  await page.getByLabel('权重').fill('1.5')
  await page.getByRole('switch', { name: /^重点任务/ }).check()
  await page.getByText('配合单位（选填）').click()
  await page.getByRole('checkbox', { name: /龙首矿第一党支部/ }).first().check()
  await page.getByRole('button', { name: /^选择.*责任领导/ }).click()
  await page.getByLabel('按姓名或工号查找').fill('没有这个人')
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByText('没有找到这个人。').waitFor()
  await page.getByLabel('按姓名或工号查找').fill('测试党员')
  await page.keyboard.press('Enter')
  await page.getByRole('radio', { name: /测试党员/ }).first().click()
  await page.getByRole('button', { name: /^换人.*责任领导/ }).waitFor()
  await page.getByRole('button', { name: '增加节点' }).click()
  await page.getByLabel('到时达到什么').fill('完成动员')
  await page.getByLabel('日期').fill('2027-03-31')
  await look(page, 'task-item-new')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('节点应按日期先后，且不晚于完成时限').waitFor()
  await page.getByLabel('日期').fill(ahead(13))
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('link', { name: /1\. ★ 开展安全生产专项主题党日/ }).waitFor()
  assert.deepEqual((await itemsOf(list)).map(({ number, focus, weight, nodes }) => [number, focus, weight, nodes.length]), [[1, true, 150, 1]])

  // from a file: row by row what is wrong, nothing written before it is confirmed
  await page.getByRole('link', { name: /从表格导入/ }).click()
  const [template] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /下载本清单的表格/ }).click()])
  assert(template.suggestedFilename().endsWith('.xlsx'))
  await look(page, 'task-import')
  const rows = [HEADERS, `2,完成班组建设达标,达标率 90% 以上,,${ahead(34)},1,否,${ahead(18)} 自查；${ahead(28)} 验收,`, `3,修订支部工作台账,六本台账齐全,,${ahead(23)},,,,`, '4,没有期限的事项,写明标准,,年底前,,,,', `5,牵头单位写错的事项,写明标准,没有这个单位,${ahead(34)},,,,`]
  await page.locator('input[type=file]').setInputFiles(file('阿尔金山矿业党委二〇二六年重点任务分解表（最终版）.csv', rows))
  await page.getByText(/核对码 [0-9a-f]{8}/).waitFor()
  assert.deepEqual(await counts(page), { 新增: 2, 变更: 0, 不变: 0, 不能导入: 2 })
  await page.getByText('完成时限：应为日期').waitFor()
  await page.getByText('没有找到组织“没有这个单位”').waitFor()
  await look(page, 'task-import-looked-at')
  assert.equal((await itemsOf(list)).length, 1, 'nothing is written by looking')
  await page.getByRole('button', { name: /^导入：新增 2 项/ }).click()
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByRole('heading', { name: '已导入' }).waitFor()
  await look(page, 'task-import-written')
  await page.getByRole('link', { name: '看清单' }).click()

  // another order
  await page.getByRole('button', { name: '调整次序' }).click()
  await look(page, 'task-list-sorting')
  await page.getByRole('button', { name: '上移：修订支部工作台账' }).click()
  await page.getByText('2. 修订支部工作台账').waitFor()
  await page.getByText('3. 完成班组建设达标').waitFor()
  const ordered = await itemsOf(list)
  assert.deepEqual(ordered.map(({ number, title }) => [number, title]), [[1, '开展安全生产专项主题党日'], [2, '修订支部工作台账'], [3, '完成班组建设达标']])
  assert.equal(ordered[2]!.nodes.length, 2)
  await page.getByRole('button', { name: '排好了' }).click()
  await look(page, 'task-list')

  // a number that is taken, then one that is free, then gone
  await page.getByRole('link', { name: /3\. 完成班组建设达标/ }).click()
  await page.getByRole('heading', { name: '第 3 项' }).waitFor()
  await page.getByLabel('序号').fill('2')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('序号 2 已经是“修订支部工作台账”').waitFor()
  await page.getByLabel('序号').fill('9')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('link', { name: /9\. 完成班组建设达标/ }).waitFor()
  assert.deepEqual((await itemsOf(list)).map(({ number }) => number), [1, 2, 9])
  // somebody else writes meanwhile
  await page.getByRole('link', { name: /2\. 修订支部工作台账/ }).click()
  await page.getByRole('heading', { name: '第 2 项' }).waitFor()
  await api('second organiser', `/task-lists/${list}/items/2`, 'PUT', { title: '修订支部工作台账（六本）', standard: '六本台账齐全', due_on: ahead(23) })
  await page.getByLabel('完成标准').fill('六本台账齐全，月底抽查')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText(/已于.*修改过/).waitFor()
  await look(page, 'task-item-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value.includes('（六本）')))
  await page.getByRole('button', { name: '删除' }).click()
  await page.getByRole('button', { name: '删除' }).click()
  await page.getByText('事项 2', { exact: true }).waitFor()

  // laid on branches
  await page.getByRole('link', { name: /^下发 选事项/ }).click()
  await page.getByRole('button', { name: /全选这/ }).waitFor()
  assert(await page.getByRole('button', { name: '下发', exact: true }).isDisabled())
  await page.getByRole('radio', { name: '各自下发给牵头单位' }).check()
  await page.getByText(/没有牵头单位/).waitFor()
  await page.getByRole('radio', { name: '下发给所选组织' }).check()
  await page.getByRole('radio', { name: /^党支部 \d+/ }).check()
  await page.getByLabel('下发给：按名称查找').fill('龙首矿')
  await page.getByRole('button', { name: /全选这/ }).click()
  const chosen = Number(/已选 (\d+) 个/.exec(await page.getByText(/^已选 \d+ 个/).first().innerText())![1])
  assert(chosen > 1)
  await look(page, 'task-laying-choice')
  await page.getByRole('button', { name: `下发 ${chosen * 2} 项任务` }).click()
  await page.getByText(`2 个事项下发给 ${chosen} 个组织，共 ${chosen * 2} 项任务`).waitFor()
  await page.getByRole('button', { name: '下发', exact: true }).click()
  await page.getByText(`已下发 ${chosen * 2} 项任务`).waitFor()
  await look(page, 'task-laying')
  await page.getByRole('link', { name: /回到清单/ }).click()
  await page.getByText('已下发', { exact: true }).first().waitFor()
  await look(page, 'task-list-laid')
  await page.getByRole('link', { name: /1\. ★ 开展安全生产专项主题党日/ }).click()
  await page.getByText('这一项已经下发，不能再改。').waitFor()
  assert.equal(await page.getByRole('button', { name: '保存' }).count(), 0)
  await look(page, 'task-item-laid')
  await openAnew(page, `/task-lists/${list}`)
  const [exported] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /导出表格/ }).click()])
  assert.match(exported.suggestedFilename(), /党建重点任务清单.*\.xlsx$/)
  assert.deepEqual(faults, [])
  await context.close()

  // on a phone, with long names, and for a secretary who only reads it
  const phone = await signedIn('organiser', '/')
  await phone.page.getByRole('heading', { name: '首页' }).waitFor()
  await answerWith(phone.page, '**/api/v1/**', (body) => body.replaceAll(/龙首矿第[一二三四五六七八九十]+党支部/g, LONG).replaceAll('开展安全生产专项主题党日', '开展以“深部开采顶板管理、提升机钢丝绳检验、尾矿库汛期值守”为重点的安全生产专项主题党日'))
  for (const [name, path] of Object.entries({ list: `/task-lists/${list}`, item: `/task-lists/${list}/items/1`, lay: `/task-lists/${list}/laying`, lists: '/task-lists', import: `/task-lists/${list}/import` })) {
    await openAnew(phone.page, path)
    await phone.page.waitForFunction(() => document.querySelector('main .card') && !document.querySelector('main .skeleton'))
    await picture(phone.page, `long-task-${name}`, { care: true })
    await fits(phone.page, `long names on ${path}`, true)
  }
  assert.deepEqual(phone.faults, [])
  await phone.context.close()
  const reader = await signedIn('secretary', `/task-lists/${list}`)
  await reader.page.getByText('事项 2', { exact: true }).waitFor()
  assert.equal(await reader.page.getByRole('link', { name: /新增事项|从表格导入|^下发/ }).count(), 0, 'who only has it to do changes nothing')
  await look(reader.page, 'task-list-read')
  assert.deepEqual(reader.faults, [])
  await reader.context.close()
})

test('督办: a task is reminded, rested, merged into another one, and struck off by a second person', async () => {
  const branch = (await api<{ branch: { id: string } }>('secretary', '/me/today')).branch.id
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '十二月督办事项', unit_id: root, year: thisYear() })
  for (const [number, title] of ['井口排水沟清淤', '井口排水沟修复', '通勤车增开夜班'].entries()) await api('organiser', `/task-lists/${list.id}/items/${number + 1}`, 'PUT', { title, standard: '现场完成', due_on: ahead(34) })
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch] })
  const tasks = await until(async () => {
    const { items } = await api<{ items: Head[] }>('organiser', `/tasks?list_id=${list.id}`)
    return items.length === 3 && items
  }, 'the list was not laid')
  const of = (title: string) => tasks.find((task) => task.title === title)!.id
  await api('secretary', `/tasks/${of('井口排水沟修复')}/acceptance`, 'POST', {})

  const { page, context, faults } = await signedIn('organiser', `/tasks/${of('井口排水沟清淤')}`)
  await page.getByRole('button', { name: '催办' }).click()
  await page.getByText('已催办，承办人会收到通知').waitFor()
  const [slip] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /下载督办单/ }).click()])
  assert.equal(slip.suggestedFilename(), '督办单-井口排水沟清淤.html')
  await page.getByRole('button', { name: '并入其他任务' }).click()
  await page.getByLabel('并入').selectOption(of('井口排水沟修复'))
  await page.getByLabel('对承办组织的说明').fill('两项一起办')
  await look(page, 'task-merging')
  await page.getByRole('button', { name: '并入', exact: true }).click()
  await page.getByRole('button', { name: '并入', exact: true }).click()
  await page.getByText('已并入', { exact: true }).first().waitFor()
  await page.getByRole('link', { name: '已并入另一项任务，去看看' }).click()
  await page.getByRole('heading', { name: '井口排水沟修复' }).waitFor()
  await page.getByRole('button', { name: '挂起' }).click()
  await page.getByLabel('挂起至').fill(ahead(23))
  await page.getByLabel('挂起的原因').fill('等备件')
  await look(page, 'task-suspending')
  await page.getByRole('button', { name: '挂起', exact: true }).last().click()
  await page.getByRole('button', { name: '挂起', exact: true }).last().click()
  await page.getByText('已挂起', { exact: true }).first().waitFor()
  assert.equal(await page.getByRole('button', { name: '催办' }).count(), 0, 'what rests is not urged')
  await page.getByRole('button', { name: '恢复办理' }).click()
  await page.getByRole('button', { name: '催办' }).waitFor()

  // struck off by two people; who asked takes it back first
  await openAnew(page, `/tasks/${of('通勤车增开夜班')}`)
  await page.getByRole('button', { name: '提出取消' }).click()
  await page.getByLabel('取消的原因').fill('已由车队统一安排')
  await look(page, 'task-cancelling')
  await page.getByRole('button', { name: '提出取消' }).last().click()
  await page.getByText('您 今天').waitFor()
  await page.getByRole('button', { name: '撤回取消申请' }).click()
  await page.getByRole('button', { name: '提出取消' }).click()
  await page.getByLabel('取消的原因').fill('已由车队统一安排，不再单列')
  await page.getByRole('button', { name: '提出取消' }).last().click()
  await page.getByText('由布置一方的另一人确认后取消').waitFor()
  await look(page, 'task-cancellation-asked')
  const second = await signedIn('second organiser', `/tasks/${of('通勤车增开夜班')}`, 1280)
  await second.page.getByText('提出取消：已由车队统一安排，不再单列').waitFor()
  await look(second.page, 'task-cancellation')
  await second.page.getByRole('button', { name: '同意取消' }).click()
  await second.page.getByRole('button', { name: '同意取消' }).click()
  await second.page.getByText('已取消', { exact: true }).first().waitFor()
  assert.deepEqual([...faults, ...second.faults], [])
  await second.context.close()
  await context.close()
})

test('任务完成情况: what was due in the month and closed in time puts a branch in its place, and the board is printed', async () => {
  const branch = (await api<{ branch: { id: string } }>('secretary', '/me/today')).branch.id
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'month', title: '本月工作安排', unit_id: root, year: thisYear() })
  for (const [at, weight] of [100, 300].entries()) await api('organiser', `/task-lists/${list.id}/items/${at + 1}`, 'PUT', { title: `本月第 ${at + 1} 项`, standard: '完成', due_on: monthsEnd(), weight })
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch] })
  const tasks = await until(async () => {
    const { items } = await api<{ items: Head[] }>('organiser', `/tasks?list_id=${list.id}`)
    return items.length === 2 && items
  }, 'the list was not laid')
  const second = tasks.find(({ title }) => title.includes('第 2 项'))!.id
  await api('secretary', `/tasks/${second}/acceptance`, 'POST', {})
  await api('secretary', `/tasks/${second}/submission`, 'POST', { result: '已完成' })
  await api('organiser', `/tasks/${second}/verification`, 'POST', {})
  await api('organiser', `/tasks/${second}/closing`, 'POST', { effect: '达到标准' })

  const { page, context, faults } = await signedIn('secretary', `/tasks?list_id=${list.id}`)
  const [board] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /挂图作战板/ }).click()])
  assert.equal(board.suggestedFilename(), '任务看板.html')
  await openAnew(page, '/tasks')
  await page.getByRole('link', { name: /^完成情况/ }).click()
  await page.getByText('本月还没有过完，随办理变化').waitFor()
  const own = page.locator('.card').filter({ has: page.getByRole('heading', { name: /第一党支部/ }) })
  assert.deepEqual((await own.locator('dd').allInnerTexts()).slice(0, 3), ['1', '75%', '按权重'])
  await page.locator('.ranks .mine').getByText('到期 2 项，销号 1 项，按时 1 项').waitFor()
  await look(page, 'task-standing')
  await page.getByRole('button', { name: '上一个月' }).click()
  await page.getByText('这个月没有到期的任务。').waitFor()
  await look(page, 'task-standing-none')

  // one's own, by what they are to the reader; and those of a list apart from all, though the page of all is kept
  await page.evaluate(() => (location.hash = '#/tasks'))
  await page.getByLabel('范围').selectOption('逾期的')
  await page.getByText('没有这样的任务。').waitFor()
  await page.getByLabel('范围').selectOption('我承办的')
  await page.getByText('没有这样的任务。').waitFor()
  await look(page, 'tasks-mine')
  await page.evaluate((to) => (location.hash = `#/tasks?list_id=${to}`), list.id)
  await page.getByRole('link', { name: /本月第 1 项/ }).waitFor()
  await page.getByRole('radio', { name: '待签收 1' }).waitFor()

  // a branch's own list: what it may not ask of others is said in words
  const own_list = await api<{ id: string }>('secretary', '/task-lists', 'POST', { kind: 'month', title: '支部本月计划', unit_id: branch, year: thisYear() })
  const stranger = (await api<{ items: Array<{ short_name: string; kind: string; id: string }> }>('organiser', '/units')).items.find(({ kind, id }) => kind === '党支部' && id !== branch)!
  await openAnew(page, `/task-lists/${own_list.id}/import`)
  await page.locator('input[type=file]').setInputFiles(file('计划.csv', [HEADERS, `1,打扫井口,无杂物,${stranger.short_name},${ahead(34)},,,,`]))
  await page.getByText(/不是清单所属单位的下级组织/).waitFor()
  await look(page, 'task-import-refused')
  assert.deepEqual(faults, [])
  await context.close()
})
