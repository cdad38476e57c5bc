import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { answerJson, answerWith, api, fits, look, newcomer, openAnew, picture, signedIn } from './world.ts'

const PERSON = '阿卜杜拉·买买提江·艾合买提'
const BRANCH = '龙首矿采矿一工区机电维修与充填联合党支部'

/** Every name as long as names of people and units are, in whatever the server says. */
const lengthen = (page: Page) => answerWith(page, '**/api/v1/**', (body) => body.replaceAll(/测试党员\d+/g, PERSON).replaceAll('龙首矿第一党支部', BRANCH).replaceAll('“班前会设', '“新疆阿尔金山矿区深部开采班前会设'))

async function each(page: Page, paths: Record<string, string>) {
  for (const [name, path] of Object.entries(paths)) {
    // Another page, and nothing of it on its way any more.
    await page.evaluate((to) => {
      document.querySelector('main')?.setAttribute('data-before', '')
      location.hash = `#${to}`
    }, path)
    await page.waitForFunction(() => document.querySelector('main:not([data-before])') && !document.querySelector('main:not([data-before]) .skeleton') && !document.querySelector('main[data-before]'))
    await picture(page, `long-${name}`, { care: true })
    await fits(page, `long names on ${path}`, true)
  }
}

test('long names find room on every page of a secretary', async () => {
  const { page, context, faults } = await signedIn('secretary')
  await page.getByText('每日一学').waitFor()
  const { me, branch } = await api<{ me: { id: string }; branch: { id: string } }>('secretary', '/me/today')
  const first = async (path: string) => (await api<{ items: Array<{ id: string }> }>('secretary', path)).items[0]!.id
  const [idea, meeting, campaign, contest] = await Promise.all([first('/ideas?state=closed'), first('/meetings'), first('/campaigns'), first('/contests')])
  const entry = (await api<{ items: Array<{ id: string }> }>('secretary', `/campaigns/${await brandVote()}/entries`)).items[0]!.id
  const brand = await first('/brands')
  await lengthen(page)
  await openAnew(page, '/help')
  await page.getByRole('heading', { name: '帮助' }).waitFor()
  await each(page, {
    home: '/',
    mine: '/mine',
    me: '/me',
    branch: '/me/branch',
    points: '/me/points',
    notices: '/me/notices',
    devices: '/me/sessions',
    boards: '/boards',
    ideas: '/ideas',
    idea: `/ideas/${idea}`,
    meetings: '/meetings',
    meeting: `/meetings/${meeting}`,
    'meeting-new': '/meetings/new',
    campaigns: '/campaigns',
    campaign: `/campaigns/${campaign}`,
    entry: `/entries/${entry}`,
    contests: '/contests',
    contest: `/contests/${contest}`,
    work: '/work',
    'work-ideas': '/work/ideas',
    members: '/work/members',
    member: `/members/${me.id}`,
    'open-codes': '/invitations',
    brands: '/brands',
    brand: `/brands/${brand}`,
    library: '/work/items',
    calendar: '/work/calendar',
    numbers: '/work/ideas/numbers',
    coverage: '/work/study',
    plan: '/work/study/plan',
    entries: '/work/entries',
    'work-campaign': `/work/campaigns/${campaign}`,
    month: '/work/month',
  })
  assert(branch.id)
  assert.deepEqual(faults, [])
  await context.close()
})

const brandVote = async () => (await api<{ items: Array<{ id: string; kind: string }> }>('secretary', '/campaigns')).items.find(({ kind }) => kind === 'brand_top_ten')!.id

test('what a new member has not done yet says so, and what to do about it', async () => {
  const { page, context, faults } = await signedIn(await newcomer())
  await page.getByText('每日一学').waitFor()
  const empty: Record<string, [path: string, text: string]> = {
    'empty-history': ['/me/quiz/history', '您还没有提交过每日一答。'],
    'empty-wrong-answers': ['/me/quiz/wrong-answers', '错题本是空的。'],
    'empty-ideas': ['/ideas', '您还没有提过点子。'],
    'empty-points': ['/me/points', '还没有积分。'],
    'empty-feedback': ['/me/feedback', '您还没有提过意见。'],
    'empty-resets': ['/me/resets', '没有人申请重置您的密码。'],
    'empty-runs': ['/me/challenge/runs', '您还没有挑战过。'],
    'empty-waiting': ['/waiting', '没有等待提交的内容。'],
  }
  for (const [name, [path, text]] of Object.entries(empty)) {
    await page.evaluate((to) => (location.hash = `#${to}`), path)
    await page.getByText(text).waitFor()
    await look(page, name)
  }
  assert.deepEqual(faults, [])
  await context.close()
})

test('an empty enterprise and a slow server look meant', async () => {
  const { page, context, faults } = await signedIn('member', '/study')
  await page.getByText('每日一答').waitFor()
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => (go = resolve))
  const bare = { study: { items: [], next_publish_at: null, done: false }, unfinished: [], desk: { count: 0, items: [] }, open: [], notices: [], unread: 0, idea: null, branch: null, points: { today: 0, left_today: 0, last: null }, minutes_left: 0 }
  await answerJson<{ quiz: object }>(page, '**/api/v1/me/today', (today) => ({ ...today, ...bare, quiz: { ...today.quiz, paper_id: null, state: 'waiting', question_count: 0 } }))
  await page.route('**/api/v1/me/today', async (route) => {
    await held
    await route.fallback()
  })
  await openAnew(page, '/')
  await page.getByRole('status').getByText('正在加载').waitFor({ state: 'attached' })
  await look(page, 'slow', { waiting: true })
  go()
  await page.getByText('今天没有学习内容').waitFor()
  await look(page, 'empty-home')
  assert.deepEqual(faults, [])
  await context.close()
})
