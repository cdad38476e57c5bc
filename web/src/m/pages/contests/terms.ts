// A contest's terms and state in words.
import type { AttemptLine, ContestLine, ContestTerms } from 'xianfeng-client'
import { hundredths, left, moment } from '@/core/format'
import { word } from '@/core/labels'

export function standing({ state, opens_at, closes_at }: ContestLine): string {
  if (state === 'announced') return `${moment(opens_at)} 开始`
  if (state === 'open') return left(closes_at)
  if (state === 'closed') return '成绩还没有公布'
  return ''
}

export const toneOf = ({ state }: ContestLine) => (state === 'open' || state === 'announced' ? 'now' : state === 'cancelled' || state === 'withdrawn' ? 'late' : 'over')

/** How answers are scored, the time left included. */
export function scoring(terms: ContestTerms): string {
  const { single, multiple, judge, fill, partial } = terms.scoring
  const kinds = [
    ['single', single],
    ['multiple', multiple],
    ['judge', judge],
    ['fill', fill],
  ] as const
  const each = kinds.map(([kind, score]) => `${word('QuestionKind', kind)} ${score} 分`).join('，')
  const speed = terms.speed_bonus ? `；答对 ${terms.speed_bonus.right_percent}% 以上时，提前交卷最多加 ${terms.speed_bonus.points} 分` : ''
  return `${each}；多选题没有答全${word('Partial', partial)}${speed}。`
}

export function earning(terms: ContestTerms): string {
  const ranks = (terms.rank_points ?? []).map(({ from_rank, to_rank, points }) => `第 ${from_rank === to_rank ? from_rank : `${from_rank} 至 ${to_rank}`} 名 ${points} 分`)
  return [terms.participation_points ? `参加 ${terms.participation_points} 分` : '', ...ranks].filter(Boolean).join('，')
}

export const score = (attempt: AttemptLine) => (attempt.score_hundredths === null || attempt.score_hundredths === undefined ? '' : `${hundredths(attempt.score_hundredths)} 分`)

/** 12 分 05 秒. */
export function took(millis: number): string {
  const seconds = Math.round(millis / 1000)
  return seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分 ${String(seconds % 60).padStart(2, '0')} 秒`
}
