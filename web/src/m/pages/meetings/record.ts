// The record of a meeting as it is written: its agenda, what it resolved, and the words in which both are read.
import type { AgendaItem, AgendaItemBody, MeetingDecisionBody, LinkedKind, MeetingDecision, ThemeDayForm, Votes } from 'xianfeng-client'
import { randomKey } from '@/core/id'

export const FORMS: ThemeDayForm[] = ['study', 'skill_contest', 'knowledge_contest', 'on_site_support', 'field_practice', 'other']
export const LINKED: LinkedKind[] = ['task', 'report', 'idea']
/** Items of one agenda, and decisions of one meeting. */
export const LINES = 50

export interface AgendaDraft {
  /** Of this page alone: items change their places. */
  key: string
  title: string
  kind: LinkedKind | ''
  id: string
  /** What the thing is called, as far as the writer may know. */
  named: string
}

export interface DecisionDraft {
  key: string
  text: string
  favour: string
  against: string
  abstained: string
}

const key = () => randomKey().slice(0, 8)
export const newItem = (): AgendaDraft => ({ key: key(), title: '', kind: '', id: '', named: '' })
export const newDecision = (): DecisionDraft => ({ key: key(), text: '', favour: '', against: '', abstained: '' })

export const typedAgenda = (items: AgendaItem[]): AgendaDraft[] => items.map(({ title, linked_kind, linked_id, linked_title }) => ({ key: key(), title, kind: linked_kind ?? '', id: linked_id ?? '', named: linked_title ?? '' }))
export const typedDecisions = (decisions: MeetingDecision[]): DecisionDraft[] =>
  decisions.map(({ text, votes }) => ({ key: key(), text, favour: votes ? String(votes.in_favour) : '', against: votes ? String(votes.against) : '', abstained: votes ? String(votes.abstained) : '' }))

export const agendaOf = (items: AgendaDraft[]): AgendaItemBody[] => items.map(({ title, kind, id }) => ({ title, ...(kind && id ? { linked_kind: kind, linked_id: id } : {}) }))

/** A count as it is sent; what is none is sent as one that the server refuses in its words. */
export const countOf = (text: string) => (text.trim() === '' ? 0 : /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : -1)
/** Nobody counted where all three are empty; one that is empty beside others is none. */
const votesOf = ({ favour, against, abstained }: DecisionDraft): Votes | null =>
  [favour, against, abstained].some((count) => count.trim()) ? { in_favour: countOf(favour), against: countOf(against), abstained: countOf(abstained) } : null
export const decisionsOf = (decisions: DecisionDraft[]): MeetingDecisionBody[] =>
  decisions.map((decision) => {
    const votes = votesOf(decision)
    return { text: decision.text, ...(votes ? { votes } : {}) }
  })

/** `赞成 8 票，反对 0 票，弃权 1 票`. */
export const counted = ({ in_favour, against, abstained }: Votes) => `赞成 ${in_favour} 票，反对 ${against} 票，弃权 ${abstained} 票`

const PAGES: Record<LinkedKind, string> = { task: '/tasks', report: '/reports', idea: '/ideas' }
export const pageOfLinked = (kind: LinkedKind, id: string) => `${PAGES[kind]}/${id}`
