import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me/appraisal', component: () => import('../pages/appraisal/Mine.vue'), meta: { keep: true } },
  { path: '/me/appraisal/entries', redirect: '/me/appraisal' },
  { path: '/me/appraisal/proposals', redirect: '/me/appraisal' },
  { path: '/me/appraisal/appeals', redirect: '/me/appraisal' },
  { path: '/members/:member/appraisal', component: () => import('../pages/appraisal/Mine.vue'), props: true },
  { path: '/appraisal/entries/:id', component: () => import('../pages/appraisal/Entry.vue'), props: true },
  { path: '/appraisal/proposals', component: () => import('../pages/appraisal/Proposals.vue'), meta: { keep: true } },
  { path: '/appraisal/proposals/new', component: () => import('../pages/appraisal/Propose.vue') },
  { path: '/appraisal/proposals/:id', component: () => import('../pages/appraisal/Proposal.vue'), props: true },
  { path: '/appraisal/imports/:id', component: () => import('../pages/appraisal/Import.vue'), props: true },
  { path: '/appraisal/unit', component: () => import('../pages/appraisal/Unit.vue'), meta: { keep: true } },
  { path: '/appraisal/appeals', component: () => import('../pages/appraisal/Appeals.vue'), meta: { keep: true } },
  { path: '/appraisal/appeals/:id', component: () => import('../pages/appraisal/Appeal.vue'), props: true },
  { path: '/appraisal/schemes', component: () => import('../pages/appraisal/Schemes.vue') },
  { path: '/appraisal/rules/new', component: () => import('../pages/appraisal/Rule.vue') },
  { path: '/appraisal/rules/:code', component: () => import('../pages/appraisal/Rule.vue'), props: true },
  { path: '/appraisal/rules', component: () => import('../pages/appraisal/Rules.vue'), meta: { keep: true } },
] satisfies RouteRecordRaw[]
