import type { IdeaState } from 'xianfeng-client'

/** Over, under way, or waiting. */
export function toneOf(state: IdeaState): 'plain' | 'now' | 'over' {
  if (['filed', 'declined', 'closed', 'withdrawn', 'merged'].includes(state)) return 'over'
  return ['adopted', 'pilot', 'assigned', 'implementing', 'delivered', 'accepted'].includes(state) ? 'now' : 'plain'
}

/** What comes next, and whose turn it is. */
export function ahead(state: IdeaState, implementer: string | undefined): Array<{ title: string; who: string }> {
  const way = [
    { title: '征集', who: '党小组会或支部会议' },
    { title: '讨论决定', who: '支委会' },
    { title: '指派实施', who: '支部书记' },
    { title: '实施', who: implementer ?? '实施人' },
    { title: '验收', who: '支部书记' },
    { title: '登记成果，办结', who: '支部书记' },
  ]
  const from: Partial<Record<IdeaState, number>> = { submitted: 0, collected: 1, adopted: 2, pilot: 2, assigned: 3, implementing: 3, delivered: 4, accepted: 5 }
  const at = from[state]
  return at === undefined ? [] : way.slice(at)
}
