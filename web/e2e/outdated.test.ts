// Two people, or two phones, change the same thing: nothing is written over unknowingly, and who comes later chooses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, look, signedIn } from './world.ts'

const CHANGED = /^\S+已于.*修改过这里的内容/

test('an idea that another phone has changed meanwhile: theirs is looked at, or ours is kept', async () => {
  const draft = { title: '井下水仓清淤改用移动泵', category: '项目', problem: '人工清淤一次要停两个班。', proposal: '用移动泵边抽边清。' }
  const { id } = await api<{ id: string }>('member', '/ideas', 'POST', { ...draft, submit: false })
  const there = () => api<{ problem: string; proposal: string; state: string }>('member', `/ideas/${id}`)
  const { page, context, faults } = await signedIn('member', `/ideas/${id}/edit`)
  await page.getByRole('heading', { name: '修改金点子' }).waitFor()
  const [problem, proposal] = [page.getByLabel('问题'), page.getByLabel('建议')]
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value.includes('移动泵')))

  // Theirs: what was typed here goes, and what is there now is gone on with.
  await api('member', `/ideas/${id}`, 'PATCH', { proposal: '用移动泵边抽边清，一周一次。' })
  await problem.fill('人工清淤一次要停两个班，还占一台铲车。')
  await page.getByRole('button', { name: '存草稿' }).click()
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  // Refused, and nothing of it is there; what was typed still stands.
  assert.equal((await there()).problem, draft.problem)
  assert.equal(await problem.inputValue(), '人工清淤一次要停两个班，还占一台铲车。')
  await look(page, 'idea-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value.includes('一周一次')))
  assert.deepEqual([await problem.inputValue(), await proposal.inputValue()], [draft.problem, '用移动泵边抽边清，一周一次。'])
  assert.equal(await page.getByRole('button', { name: '看最新的内容' }).count(), 0)

  // Ours: saved over it, knowingly.
  await api('member', `/ideas/${id}`, 'PATCH', { proposal: '改用真空车。' })
  await proposal.fill('用移动泵边抽边清，两周一次。')
  await page.getByRole('button', { name: '存草稿' }).click()
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  await page.getByRole('button', { name: '仍按我写的保存' }).click()
  await page.getByText('用移动泵边抽边清，两周一次。').and(page.locator('p')).waitFor()
  assert.deepEqual([(await there()).proposal, (await there()).state], ['用移动泵边抽边清，两周一次。', 'draft'])

  // Handing in meets the same: chosen once, it is handed in as it was meant.
  await page.goto(`/m/#/ideas/${id}/edit`)
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value.includes('两周一次')))
  await api('member', `/ideas/${id}`, 'PATCH', { proposal: '又改了。' })
  await proposal.fill('用移动泵边抽边清，每月一次。')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  await page.getByRole('button', { name: '仍按我写的保存' }).click()
  await page.getByText('已提交。').first().waitFor()
  assert.deepEqual([(await there()).proposal, (await there()).state], ['用移动泵边抽边清，每月一次。', 'submitted'])
  assert.deepEqual(faults, [])
  await context.close()
})

test('an article that a second organiser has published meanwhile: theirs is looked at, or ours is kept', async () => {
  const { items: campaigns } = await api<{ items: Array<{ id: string; state: string }> }>('organiser', '/campaigns')
  let entry = ''
  for (const { id } of campaigns) {
    const { items } = await api<{ items: Array<{ id: string; state: string; has_article?: boolean }> }>('organiser', `/campaigns/${id}/entries?limit=100`)
    entry ||= items.find(({ state }) => state === 'submitted')?.id ?? ''
  }
  const publish = (body: string) => api('second organiser', `/entries/${entry}/article`, 'PUT', { title: '把难事做成常事', body })
  const there = () => api<{ body: string }>('secretary', `/entries/${entry}/article`)
  await publish('第一稿。')

  const { page, context, faults } = await signedIn('organiser', `/work/entries/${entry}`)
  await page.getByText('第一稿。').waitFor()
  await page.getByRole('button', { name: '修改文章' }).click()
  await publish('第二稿，由另一人发布。')
  await page.getByLabel('正文').fill('我写的一稿。')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  assert.equal((await there()).body, '第二稿，由另一人发布。')
  await look(page, 'article-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.getByText('第二稿，由另一人发布。').and(page.locator('.markdown p')).waitFor()

  await page.getByRole('button', { name: '修改文章' }).click()
  assert.equal(await page.getByLabel('正文').inputValue(), '第二稿，由另一人发布。')
  await publish('第三稿。')
  await page.getByLabel('正文').fill('我写的一稿，留下。')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('alert').getByText(CHANGED).waitFor()
  await page.getByRole('button', { name: '仍按我写的保存' }).click()
  await page.getByText('我写的一稿，留下。').and(page.locator('.markdown p')).waitFor()
  assert.equal((await there()).body, '我写的一稿，留下。')
  assert.deepEqual(faults, [])
  await context.close()
})
