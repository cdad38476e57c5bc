// An entry's plan as its form holds it: rows that may be empty, lists as lines.
import type { EvidenceKind, Plan } from 'xianfeng-client'

export const EVIDENCE: EvidenceKind[] = ['measure', 'experience', 'data']

export interface PlanDraft {
  category: string
  title: string
  brand: string
  slogan: string
  owner: string
  goals: Array<{ name: string; target: string }>
  measures: Array<{ text: string; responsible: string; due_on: string }>
  effects: string
  proofs: Record<EvidenceKind, string>
  team: string
  standards: string
  rules: string
  ledgers: string
}

export const emptyPlan = (): PlanDraft => ({
  category: '',
  title: '',
  brand: '',
  slogan: '',
  owner: '',
  goals: [{ name: '', target: '' }],
  measures: [{ text: '', responsible: '', due_on: '' }],
  effects: '',
  proofs: { measure: '', experience: '', data: '' },
  team: '',
  standards: '',
  rules: '',
  ledgers: '',
})

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
const joined = (list: string[] | undefined) => (list ?? []).join('\n')

export function draftOf(plan: Plan, category: string): PlanDraft {
  const proofs = { measure: '', experience: '', data: '' }
  for (const { kind, text } of plan.evidence ?? []) proofs[kind] = [proofs[kind], text].filter(Boolean).join('\n')
  const empty = emptyPlan()
  return {
    category,
    title: plan.title,
    brand: plan.brand ?? '',
    slogan: plan.slogan ?? '',
    owner: plan.owner_id,
    goals: plan.goals?.length ? plan.goals.map(({ name, target }) => ({ name, target: target ?? '' })) : empty.goals,
    measures: plan.measures?.length ? plan.measures.map(({ text, responsible, due_on }) => ({ text, responsible: responsible ?? '', due_on: due_on ?? '' })) : empty.measures,
    effects: joined(plan.expected_effects),
    proofs,
    team: joined(plan.team),
    standards: joined(plan.standards),
    rules: joined(plan.management_rules),
    ledgers: joined(plan.ledgers),
  }
}

/** `before` keeps what the form does not show. */
export function planOf(draft: PlanDraft, before?: Plan | null): Plan {
  return {
    ...before,
    title: draft.title,
    brand: draft.brand.trim() || null,
    slogan: draft.slogan.trim() || null,
    owner_id: draft.owner,
    goals: draft.goals.filter(({ name }) => name.trim()).map(({ name, target }) => ({ name, target: target.trim() || null })),
    measures: draft.measures.filter(({ text }) => text.trim()).map(({ text, responsible, due_on }) => ({ text, responsible: responsible.trim() || null, due_on: due_on || null })),
    expected_effects: lines(draft.effects),
    evidence: EVIDENCE.filter((kind) => draft.proofs[kind].trim()).map((kind) => ({ kind, text: draft.proofs[kind].trim() })),
    team: lines(draft.team),
    standards: lines(draft.standards),
    management_rules: lines(draft.rules),
    ledgers: lines(draft.ledgers),
  }
}
