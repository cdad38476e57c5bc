// Campaigns that end within a test: written, voted on, scored and decided by people of the demo on the API, with stages of
// seconds by the server's own clock, which is put on to where the next one begins.
import assert from 'node:assert/strict'
import { goTo, ownClock, serverNow } from './demo.ts'
import { documentNo, api as once, patiently, until, world } from './world.ts'

// Before the server of this file is there.
const puts = ownClock()
/** Stages that nobody waits for may be so long that a slow machine does in them what it has to. */
const lasts = (seconds: number) => (puts ? Math.max(seconds, 90) : seconds)

interface Member {
  id: string
  employee_no: string
  duties: Array<{ role: string; unit_id: string }>
}
interface Invitation {
  member_id: string
  employee_no: string
  invite_code: string
}
interface Somebody {
  id: string
  token: string
}
type Branch = { id: string; secretary: Somebody; members: Somebody[] }

const tokens = new Map<string, string>()

export async function call<T = Record<string, unknown>>(token: string, path: string, method = 'GET', body?: unknown): Promise<T> {
  const { address } = await world()
  const answer = await patiently(() => fetch(`${address}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }))
  const text = await answer.text()
  assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return (text ? JSON.parse(text) : {}) as T
}

/** A token of somebody of the guide. */
export async function tokenOf(who: string): Promise<string> {
  const known = tokens.get(who)
  if (known) return known
  const { people } = await world()
  const { number, password } = people[who]!
  const { access_token } = await call<{ access_token: string }>('', '/session', 'POST', { account: number, password })
  tokens.set(who, access_token)
  return access_token
}

/** Everybody of some branches, signed in by their first codes. */
async function branches(count: number): Promise<Branch[]> {
  const { people: guide } = await world()
  const admin = await tokenOf('administrator')
  const organiser = await tokenOf('organiser')
  const own = (await once<{ branch: { id: string } }>('member', '/me/today')).branch.id
  const { items } = await call<{ items: Array<{ id: string; kind: string }> }>(organiser, '/units')
  const found: Branch[] = []
  for (const unit of items.filter(({ kind, id }) => kind === '党支部' && id !== own)) {
    if (found.length === count) break
    const { items: sheet } = await call<{ items: Invitation[] }>(admin, '/invitations', 'POST', { unit_id: unit.id, replace: true })
    const { items: members } = await call<{ items: Member[] }>(organiser, `/units/${unit.id}/members?limit=100`)
    const lead = members.find(({ duties }) => duties.some(({ role, unit_id }) => role === 'secretary' && unit_id === unit.id))
    if (!lead || !sheet.some(({ member_id }) => member_id === lead.id)) continue
    const people = await Promise.all(
      sheet.slice(0, 6).concat(sheet.slice(6).filter(({ member_id }) => member_id === lead.id)).map(async ({ member_id, employee_no, invite_code }) => {
        const { access_token } = await call<{ access_token: string }>('', '/session/invitation', 'POST', { employee_no, invite_code, new_password: `Xf-${invite_code}`, device: `手机 ${employee_no}` })
        // so that no other test takes this person for one without an account
        guide[`of a branch ${employee_no}`] = { number: employee_no, password: `Xf-${invite_code}` }
        return { id: member_id, token: access_token }
      }),
    )
    found.push({ id: unit.id, secretary: people.find(({ id }) => id === lead.id)!, members: people })
  }
  assert.equal(found.length, count, 'too few branches with a secretary')
  return found
}

let ready: Promise<{ committee: Somebody; expert: Somebody; units: Branch[]; root: string }> | undefined

/** Branches with their people, somebody who decides, and somebody who scores. */
export const cast = () =>
  (ready ??= (async () => {
    const organiser = await tokenOf('organiser')
    const { items } = await call<{ items: Array<{ id: string; parent_id: string | null }> }>(organiser, '/units')
    const root = items.find(({ parent_id }) => !parent_id)!.id
    // who scores and who decides belong to a branch that enters nothing: nobody judges an entry of his own
    const [one, two, apart] = await branches(3)
    const units = [one!, two!]
    const [expert, committee] = apart!.members.filter(({ id }) => id !== apart!.secretary.id)
    await appoint(expert!, 'expert', root)
    await appoint(committee!, 'committee_member', root)
    return { committee: committee!, expert: expert!, units, root }
  })())

/** A duty of weight counts once a second administrator has approved it. */
async function appoint({ id }: Somebody, role: string, unit_id: string) {
  const second = await tokenOf('second administrator')
  await call(await tokenOf('administrator'), `/members/${id}/roles`, 'POST', { role, unit_id })
  const { items } = await call<{ items: Array<{ id: string; member_id: string }> }>(second, '/duty-proposals')
  const proposal = items.find(({ member_id }) => member_id === id)
  if (proposal) await call(second, `/duty-proposals/${proposal.id}/approval`, 'POST')
}

/** An instant by the server's clock. */
export const at = (seconds: number) => new Date(serverNow() + seconds * 1000).toISOString()

const plan = (owner: string, title: string) => ({
  title,
  owner_id: owner,
  slogan: '把岗位当阵地，把标准当习惯',
  goals: [{ name: '岗位隐患当班整改率', target: '98% 以上' }],
  measures: [
    { text: '党员责任区挂牌，班前讲风险、班中查隐患、班后有记录。', responsible: '支部委员会' },
    { text: '每月一次现场观摩，互查互评，问题列清单、限时销号。' },
  ],
  expected_effects: ['重复性隐患明显减少，职工提出的建议件件有回音。'],
})

export interface Selection {
  id: string
  entries: string[]
}

/**
 * A campaign with two entries, opened, or only announced where it begins later; its stages last `seconds`, or longer where
 * the clock is put on. Votes weigh 60 %, experts 40 % unless there
 * is no vote. `more` are further terms.
 */
export async function selection(title: string, titles: string[], seconds: { begins?: number; entry?: number; vote?: number; expert: number; committee: number; objection?: number }, more: object = {}): Promise<Selection> {
  const { units, root, expert: judge } = await cast()
  const organiser = await tokenOf('organiser')
  const begins = seconds.begins ?? 0
  const entry = begins + lasts(seconds.entry ?? 6)
  const [vote, expert] = [seconds.vote && lasts(seconds.vote), lasts(seconds.expert)]
  const judged = entry + Math.max(vote ?? 0, expert)
  const decided = judged + lasts(seconds.committee)
  const terms = {
    kind: 'design_call',
    notice: { document_no: documentNo(), text: '各党支部围绕本质安全申报先锋岗创建方案。党员群众投票，专家评审，党委研究后公示。' },
    categories: [{ code: 'post', title: '党员先锋岗', quota: 1 }],
    electorate: { kinds: ['full', 'probationary', 'masses'] },
    timetable: [
      { stage: 'entry', opens_at: at(begins), closes_at: at(entry) },
      ...(vote ? [{ stage: 'vote', opens_at: at(entry), closes_at: at(entry + vote) }] : []),
      { stage: 'expert', opens_at: at(entry), closes_at: at(entry + expert) },
      { stage: 'committee', opens_at: at(judged), closes_at: at(decided) },
      ...(seconds.objection ? [{ stage: 'objection', opens_at: at(decided), closes_at: at(decided + seconds.objection) }] : []),
    ],
    criteria: [
      { code: 'aim', title: '立项准确', full: 100, weight: 5000 },
      { code: 'effect', title: '预期效果', full: 100, weight: 5000 },
    ],
    sources: vote
      ? [
          { source: 'vote', rule: 'share_of_ballots', weight: 6000 },
          { source: 'expert', rule: 'share_of_full', weight: 4000 },
        ]
      : [{ source: 'expert', rule: 'share_of_full', weight: 10000 }],
    ...(vote ? { ballot: { min: 1, max: 2, replacing: true } } : {}),
    awards: [{ code: 'post', title: '十佳党员先锋岗', quota: 1, category: 'post' }],
    expert_ids: [judge.id],
    ...more,
  }
  const { id } = await call<{ id: string }>(organiser, '/campaigns', 'POST', { title, unit_id: root, terms })
  await call(organiser, `/campaigns/${id}/announcement`, 'POST')
  if (begins) return { id, entries: [] }
  await call(organiser, `/campaigns/${id}/opening`, 'POST')
  const entries: string[] = []
  for (const [nth, name] of titles.entries()) {
    const unit = units[nth]!
    const made = await call<{ id: string }>(unit.secretary.token, `/campaigns/${id}/entries`, 'POST', { unit_id: unit.id, category: 'post', plan: plan(unit.secretary.id, name) })
    await call(unit.secretary.token, `/entries/${made.id}/submission`, 'POST')
    entries.push(made.id)
  }
  return { id, entries }
}

interface View {
  state: string
  stages: Array<{ stage: string; state: string; opens_at: string }>
}
const stageOf = async (id: string, name: string) => (await call<View>(await tokenOf('organiser'), `/campaigns/${id}`)).stages.find(({ stage }) => stage === name)!

/** Puts the clock on to the beginning of a stage, and waits until it is open. */
export async function reach(id: string, name: string) {
  goTo(Date.parse((await stageOf(id, name)).opens_at))
  await until(async () => (await stageOf(id, name)).state === 'open', `${name} is open`)
}

/** The expert gives the first entry more than the second. */
export async function score({ id, entries }: Selection) {
  await reach(id, 'expert')
  const { expert } = await cast()
  for (const [nth, entry] of entries.entries()) {
    await call(expert.token, `/entries/${entry}/scores/mine`, 'PUT', { source: 'expert', marks: [{ criterion: 'aim', points: 92 - 7 * nth }, { criterion: 'effect', points: 88 - 4 * nth }] })
  }
}

/** Five of each branch vote for the other's entry. */
export async function vote({ id, entries }: Selection) {
  const { units } = await cast()
  await reach(id, 'vote')
  for (const [nth, unit] of units.entries()) {
    for (const voter of unit.members.slice(0, 5)) await call(voter.token, `/campaigns/${id}/ballots`, 'POST', { entries: [entries[nth === 0 ? 1 : 0]!] })
  }
}

/** The committee confirms what was computed. */
export async function decide({ id }: Selection) {
  const { committee } = await cast()
  const organiser = await tokenOf('organiser')
  goTo(Date.parse((await stageOf(id, 'committee')).opens_at))
  // Many votes within seconds, or at night, are worth a look of two people before the count.
  for (const token of [organiser, committee.token]) {
    await until(async () => {
      const reviewed = await call(token, `/campaigns/${id}/flag-review`, 'POST').catch(() => false as const)
      return reviewed || (await stageOf(id, 'committee')).state === 'open'
    }, 'the vote is looked at')
  }
  await reach(id, 'committee')
  await until(async () => {
    // Where the committee's stage opened in the same moment, nobody has looked yet.
    for (const token of [organiser, committee.token]) await call(token, `/campaigns/${id}/flag-review`, 'POST').catch(() => undefined)
    const { awaited, results } = await call<{ awaited: string[]; results: unknown[] }>(committee.token, `/campaigns/${id}/results`)
    return awaited.length === 0 && results.length > 0
  }, 'everything is counted')
  await call(committee.token, `/campaigns/${id}/decision`, 'PUT', {})
}
