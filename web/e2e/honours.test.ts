import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, cast, tokenOf } from './selection.ts'
import { api, look, phone, signedIn } from './world.ts'

interface Unit {
  id: string
  kind: string
  parent_id: string | null
}

test('荣誉: a committee honours a member and a post, everybody sees why there is a star, a stranger checks the certificate', async () => {
  const { committee } = await cast()
  const own = await api<{ id: string; name: string; unit_id: string }>('member', '/me')
  const { items } = await call<{ items: Unit[] }>(committee.token, '/units')
  const top = items.find(({ parent_id }) => parent_id === null)!
  const branch = items.find(({ kind }) => kind === '党支部')!
  const year = new Date().getFullYear() - 1
  const document = `集团党发〔${year}〕5号`
  const honour = (holder: object, title: string) => ({ holder, kind: 'honour', title, year, awarded_on: `${year}-07-01`, document, unit_id: top.id })
  const mine = await call<{ id: string; code: string }>(committee.token, '/honours', 'POST', honour({ kind: 'member', member_id: own.id }, '岗位能手'))
  const post = { kind: 'post', unit_id: branch.id, name: '提升机操作岗' }
  await call(committee.token, '/honours', 'POST', honour(post, '党员示范岗'))

  const { page, context, faults } = await signedIn('member', '/honours')
  await page.getByRole('link', { name: /岗位能手/ }).click()
  await page.getByText(`依据：${document}`).waitFor()
  await look(page, 'honours-one')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '打印证书' }).click()])
  assert.match(file.suggestedFilename(), /岗位能手/)
  await page.evaluate(() => (location.hash = '#/honours'))
  await look(page, 'honours-mine')
  await page.getByRole('link', { name: /星级/ }).click()
  await page.getByText('★ 1 个').waitFor()
  await look(page, 'honours-stars')
  await page.getByRole('link', { name: /提升机操作岗/ }).click()
  await page.getByText('加一星').waitFor()
  await look(page, 'honours-why')
  await page.evaluate(() => (location.hash = '#/title-rounds'))
  await page.getByText('还没有发起评选表彰。').waitFor()
  await look(page, 'honours-titles')
  await page.evaluate(() => (location.hash = '#/insignia'))
  await page.getByText('还没有流动标识。').waitFor()
  await look(page, 'honours-insignia')
  const round = await call<{ id: string }>(committee.token, '/title-rounds', 'POST', { unit_id: top.id, year: year + 1, title: '标杆共产党员', document: `集团党发〔${year + 1}〕7号`, terms: { subject: 'member', kind: 'commendation', criteria: ['政治坚定', '业绩突出'], eligibility: {}, quota: 53 } })
  await page.evaluate((id) => (location.hash = `#/title-rounds/${id}`), round.id)
  await page.getByText('标杆共产党员').first().waitFor()
  await look(page, 'honours-title')
  await page.evaluate(() => (location.hash = '#/honours/new'))
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look(page, 'honours-give')
  assert.deepEqual(faults, [])
  await context.close()

  // without any account
  const stranger = await phone()
  await stranger.page.goto(`/m/#/certificates/${mine.code}`)
  await stranger.page.getByText('有效', { exact: true }).waitFor()
  const shown = await stranger.page.locator('main, .sheet, body').first().innerText()
  assert(!shown.includes(own.name), 'the name is masked')
  await look(stranger.page, 'honours-certificate')
  assert.deepEqual(stranger.faults, [])
  await stranger.context.close()
})

test('党支部等级: the secretary assesses, the organiser finds something, it is put right, the committee decides', async () => {
  const { committee } = await cast()
  const secretary = await signedIn('secretary', '/grade-cases')
  await secretary.page.getByRole('heading', { name: '自评申报' }).waitFor()
  await secretary.page.getByLabel('自评得分').fill('86')
  await secretary.page.getByLabel('自评情况').fill('对照标准逐项自评')
  await look(secretary.page, 'honours-grades')
  await secretary.page.getByRole('button', { name: '申报', exact: true }).click()
  await secretary.page.getByText('待考评').waitFor()

  const organiser = await tokenOf('organiser')
  const { items } = await call<{ items: Array<{ id: string }> }>(organiser, '/grade-cases?state=self_assessed')
  const id = items[0]!.id
  const inspector = await signedIn('organiser', `/grade-cases/${id}`)
  await inspector.page.getByLabel('考评得分').fill('85.5')
  await inspector.page.getByLabel('要求整改的问题').fill('阵地标识不全')
  await look(inspector.page, 'honours-grade-inspection')
  await inspector.page.getByRole('button', { name: '登记考评结果' }).click()
  await inspector.page.getByText('整改中').waitFor()

  await secretary.page.getByRole('link', { name: /申报标准型/ }).click()
  await secretary.page.getByLabel('整改情况').fill('已补齐')
  await secretary.page.getByRole('button', { name: '提交整改' }).click()
  await secretary.page.getByText('待复核').waitFor()
  await call(organiser, `/grade-cases/${id}/recheck`, 'POST', { passed: true })
  await call(committee.token, `/grade-cases/${id}/decision`, 'POST', { grade: 'standard', document: '集团党发〔2026〕6号' })
  await inspector.page.evaluate(() => (location.hash = '#/grade-cases'))
  await inspector.page.getByText('标准型党支部 1 个').waitFor()
  assert.deepEqual([...secretary.faults, ...inspector.faults], [])
  await secretary.context.close()
  await inspector.context.close()
})
