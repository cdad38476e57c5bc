// A campaign's rules in sentences, and where it stands.
import type { CampaignLine, CampaignStage, CampaignTerms, CampaignView, EntryLine, EntryState, StageRow } from 'xianfeng-client'
import { left, moment } from '@/core/format'
import { word } from '@/core/labels'
import { today } from '@/core/today'

type Staged = { stages: StageRow[] }
type State = CampaignLine['state']

export const stage = ({ stages }: Staged, name: CampaignStage) => stages.find((row) => row.stage === name)

/** The most that a ballot may name. */
export const most = (terms: CampaignTerms) => terms.ballot?.max ?? terms.categories.reduce((sum, { quota }) => sum + quota, 0)
export const least = (terms: CampaignTerms) => terms.ballot?.min ?? 1

/** The whole rule of the vote in one sentence. */
export function rule(terms: CampaignTerms): string {
  const [min, max] = [least(terms), most(terms)]
  const often = terms.ballot?.period === 'daily' ? '每人每天一票' : '每人一票'
  const choice = min === max ? `选 ${max} 个` : `选 ${min} 至 ${max} 个`
  const again = terms.ballot?.replacing ? '投票结束前可以重投，以最后一次为准' : '投出后不能更改'
  const own = terms.ballot?.self_voting ? '' : '，不能选自己和本支部的申报'
  return `${often}，${choice}，${again}${own}。`
}

export const voters = (terms: CampaignTerms) => terms.electorate.kinds.map((kind) => word('MemberKind', kind)).join('、')

/** What the total consists of: 总分 = 投票 60% + 支部互评 40%. */
export const formula = (terms: CampaignTerms) => terms.sources.map(({ source, weight }) => `${word('Source', source)} ${weight / 100}%`).join(' + ')

/** Why an entry cannot be chosen by who looks at it; empty where it can. */
export function barred(entry: EntryLine, terms: CampaignTerms): string {
  if (terms.ballot?.self_voting || !today.data) return ''
  const { me, branch } = today.data
  if (entry.owner_id === me.id) return '您牵头的申报，不能投'
  return [me.unit_id, branch?.id].includes(entry.unit_id) ? '本支部的申报，不能投' : ''
}

/** Where a campaign stands, in a sentence. */
export function standing(view: CampaignView): string {
  const vote = stage(view, 'vote')
  const running = view.stages.filter(({ state }) => state === 'open').sort((a, b) => (a.closes_at < b.closes_at ? -1 : 1))
  if (view.state === 'cancelled') return view.cancellation?.reason ? `评选已取消：${view.cancellation.reason}` : '评选已取消。'
  if (view.state === 'withdrawn') return '评选已撤销。'
  if (view.state === 'published' || view.state === 'archived') return '评选结果已正式公布。'
  if (vote?.state === 'open') return `投票${left(vote.closes_at)}，${moment(vote.closes_at)} 截止。`
  if (running.length) return `正在${running.map((row) => word('CampaignStage', row.stage)).join('、')}，${moment(running[0]!.closes_at)} 截止。`
  const next = view.stages.find(({ state }) => state === 'planned')
  if (next) return `${word('CampaignStage', next.stage)} ${moment(next.opens_at)} 开始。`
  return '各阶段已结束，等待公布结果。'
}

export const toneOf = (state: State) => (state === 'open' || state === 'announced' ? 'now' : state === 'cancelled' || state === 'withdrawn' ? 'late' : 'over')

const JUDGING: CampaignStage[] = ['vote', 'peer', 'open_review', 'expert', 'committee']

/** Whether entries are taken: from the opening of their stage until the first one that judges opens. */
export const takes = (view: CampaignView) => view.state === 'open' && stage(view, 'entry')?.state !== 'planned' && !view.stages.some((row) => JUDGING.includes(row.stage) && row.state !== 'planned')

export const toneOfEntry = (state: EntryState) => (state === 'proposed' ? 'now' : state === 'submitted' ? 'over' : 'plain')

/** 91.20 of 9120, always with its decimals: numbers in a column stand under one another. */
export const points = (value: number) => (value / 100).toFixed(2)
