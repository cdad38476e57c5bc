import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, photograph } from './paint.ts'
import { unitOf } from './team.ts'
import { answerWith, api, look, newcomer, signedIn } from './world.ts'

const LONG = '阿卜杜热合曼·买买提依明江·艾合买提'

test('photographs stand with a meeting, beside what was decided at it, for those who read it and nobody else', async () => {
  const { page, context, faults } = await signedIn('secretary', '/meetings')
  await page.getByLabel('会议类型').selectOption('branch_committee')
  await page.getByRole('link', { name: /支委会：讨论确定金点子/ }).click()
  await page.getByRole('heading', { name: '会上办理的事项' }).waitFor()
  const id = page.url().match(/meetings\/([0-9a-f-]+)/)![1]!
  const input = page.getByLabel('照片：拍照或选择照片')
  await input.setInputFiles({ name: '会场.heic', mimeType: 'image/heic', buffer: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)]) })
  await page.getByText(/HEIC 格式/).waitFor()
  await input.setInputFiles([
    { name: '会场.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) },
    { name: '表决.jpg', mimeType: 'image/jpeg', buffer: await photograph(page, 80) },
  ])
  await page.getByRole('button', { name: '添加 2 张' }).click()
  await page.getByRole('img', { name: '会议照片 2' }).waitFor()
  await look(page, 'meeting-photographs')

  // Who only reads meetings sees both, and what was decided, and goes there.
  const reader = await signedIn('organiser', `/meetings/${id}`)
  await reader.page.getByRole('img', { name: '会议照片 2' }).waitFor()
  await came(reader.page, '.pictures img')
  assert.equal(await reader.page.getByRole('button', { name: '移除照片' }).count(), 0)
  await look(reader.page, 'meeting-photographs-read')
  await reader.page.getByRole('heading', { name: '会上办理的事项' }).waitFor()
  await reader.page.locator('a.line[href*="/ideas/"]').first().click()
  await reader.page.getByRole('heading', { name: '金点子', level: 1 }).waitFor()
  assert.deepEqual(reader.faults, [])

  // One of another branch sees neither.
  const stranger = await signedIn(await newcomer())
  await stranger.page.getByText('每日一学').waitFor()
  await stranger.page.evaluate((to) => (location.hash = `#/meetings/${to}`), id)
  await stranger.page.getByRole('alert').filter({ hasText: /./ }).waitFor()
  assert.equal(await stranger.page.locator('.pictures').count(), 0)
  await stranger.context.close()

  await page.getByRole('button', { name: '移除照片' }).click()
  await page.getByRole('button', { name: '移除第 2 张' }).click()
  await page.getByText('确定移除第 2 张吗？').waitFor()
  await page.getByRole('button', { name: '移除', exact: true }).click()
  await page.getByRole('img', { name: '会议照片 2' }).waitFor({ state: 'detached' })
  assert.equal((await api<{ photographs: object[] }>('organiser', `/meetings/${id}`)).photographs.length, 1)
  assert.deepEqual(faults, [])

  // Nine at most, and names as long as names are.
  await answerWith(reader.page, '**/api/v1/meetings/*', (body) => {
    const there = JSON.parse(body) as { photographs: object[]; things: Array<{ title: string }> }
    const photographs = Array.from({ length: 9 }, (_, at) => ({ ...there.photographs[0], id: `${at}` }))
    const things = there.things.map((one) => ({ ...one, title: `${one.title}，名称很长，从井下运输到地面检修全覆盖` }))
    return JSON.stringify({ ...there, photographs, things }).replaceAll(/测试党员\d+/g, LONG)
  })
  await reader.page.evaluate((to) => (location.hash = `#/meetings/${to}`), id)
  await reader.page.getByRole('img', { name: '会议照片 9' }).waitFor()
  await look(reader.page, 'meeting-photographs-long')
  await reader.context.close()
  await context.close()
})

test('a meeting that is only a draft says so, is taken back by who wrote it down, and by nobody else', async () => {
  const branch = await unitOf('secretary')
  const today = (await api<{ day: string }>('member', '/me/today')).day
  const { id } = await api<{ id: string }>('secretary', '/meetings', 'POST', { kind: 'theme_day', unit_id: branch.id, held_on: today, title: '主题党日：整理工具房', attendance: [] })
  const other = await signedIn('branch committee', `/meetings/${id}`)
  await other.page.getByText('草稿', { exact: true }).waitFor()
  await other.page.getByText(/只有登记的人可以删除/).waitFor()
  assert.equal(await other.page.getByRole('button', { name: '删除' }).count(), 0)
  await look(other.page, 'meeting-draft')
  const { page, context, faults } = await signedIn('secretary', `/meetings/${id}`)
  await page.getByRole('button', { name: '删除' }).click()
  await page.getByRole('button', { name: '删除', exact: true }).click()
  await page.getByLabel('会议类型').waitFor()
  await other.page.reload()
  await other.page.getByRole('alert').getByText('没有找到这次会议').waitFor()
  assert.deepEqual([...faults, ...other.faults], [])
  await other.context.close()
  await context.close()
})
