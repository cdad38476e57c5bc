import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joins } from './team.ts'
import { api, look, signedIn } from './world.ts'

test('a secretary’s day: the desk, a committee meeting, a decision, who has read, the month', async () => {
  const { me } = await api<{ me: { unit_id: string } }>('member', '/me/today')
  await joins('leader', me.unit_id, 'group_leader')
  const { id } = await api<{ id: string }>('member', '/ideas', 'POST', { title: '充填管路加装堵管压力报警', category: '创新', problem: '堵管要等到爆管才发现。', proposal: '在弯头前装压力变送器，超限报警。', submit: true })
  const meetings = await api<{ items: Array<{ id: string; kind: string }> }>('leader', '/meetings')
  await api('leader', `/ideas/${id}/collection`, 'POST', { meeting_id: meetings.items.find(({ kind }) => kind === 'group')!.id })

  const { page, context, faults } = await signedIn('secretary')
  await page.getByRole('link', { name: '工作', exact: true }).click()
  await page.getByRole('link', { name: /充填管路加装堵管压力报警/ }).waitFor()
  await look(page, 'secretary-1-desk', { kept: true })

  await page.getByRole('link', { name: /^会议/ }).click()
  await page.getByRole('link', { name: '登记会议' }).click()
  await page.getByRole('radio', { name: '支委会' }).check()
  await page.getByLabel('会议名称').fill('支委会：研究堵管报警')
  // Of a committee its members are expected; whoever else sat in is noted apart.
  await page.getByText(/到会 0 \/ 应到 2/).waitFor()
  await page.getByRole('button', { name: '全部到会' }).click()
  await page.getByText('其他列席的人').click()
  await page.getByRole('checkbox', { name: '测试党员0006' }).check()
  await page.getByText(/到会 2 \/ 应到 2，列席 1/).waitFor()
  await page.getByLabel('会议记录').fill('同意先在三号弯头试装。')
  await look(page, 'secretary-2-meeting', { kept: true })
  await page.getByRole('button', { name: '保存' }).click()
  // The page on which it was written said so, too.
  await page.getByText('已保存。').waitFor()
  await page.getByText(/到会 2 \/ 应到 2，列席 1/).waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('heading', { name: '会议', exact: true, level: 1 }).and(page.locator('body:not(:has-text("已保存。")) h1')).waitFor()
  await page.getByRole('button', { name: '返回' }).click()

  await page.getByRole('link', { name: /充填管路加装堵管压力报警/ }).click()
  await page.getByRole('radio', { name: '试点' }).check()
  await page.getByLabel('哪次会议研究的').selectOption({ label: '今天 支委会：研究堵管报警' })
  await page.getByLabel('理由').fill('先在三号弯头试装一个月，看报警准不准。')
  await look(page, 'secretary-3-decision', { kept: true })
  await page.getByRole('button', { name: '试点' }).click()
  await page.getByLabel('实施人').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('link', { name: /充填管路加装堵管压力报警/ }).waitFor()
  await page.getByText(/指派.*充填管路加装堵管压力报警/).waitFor()

  await page.getByRole('link', { name: /^学习情况/ }).click()
  await page.getByText('还没学完').waitFor()
  await look(page, 'secretary-4-coverage', { kept: true })
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('link', { name: /^本月一页纸/ }).click()
  await page.getByText('支委会：研究堵管报警').waitFor()
  await look(page, 'secretary-5-month', { kept: true })

  // Whoever had the idea reads what was decided, and why.
  const member = await signedIn('member', `/ideas/${id}`)
  await member.page.getByText('先在三号弯头试装一个月，看报警准不准。').waitFor()
  await look(member.page, 'secretary-6-author', { kept: true })
  assert.deepEqual([...faults, ...member.faults], [])
  await member.context.close()
  await context.close()
})
