import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/campaigns', component: () => import('../pages/campaigns/Campaigns.vue'), meta: { keep: true } },
  { path: '/campaigns/:id', component: () => import('../pages/campaigns/Campaign.vue'), props: true, meta: { keep: true } },
  { path: '/campaigns/:id/results', component: () => import('../pages/campaigns/Results.vue'), props: true, meta: { keep: true } },
  // What notices name: the awards stand with the results.
  { path: '/campaigns/:id/awards', redirect: ({ params }) => `/campaigns/${String(params['id'])}/results` },
  // What desks name: scores are given where entries are written; the rest is seen with the campaign.
  { path: '/campaigns/:id/scores/mine', redirect: ({ params }) => `/work/campaigns/${String(params['id'])}/scores` },
  { path: '/campaigns/:id/voidings', redirect: ({ params }) => `/campaigns/${String(params['id'])}` },
  { path: '/campaigns/:id/flags', redirect: ({ params }) => `/campaigns/${String(params['id'])}` },
  { path: '/campaigns/:id/objections', component: () => import('../pages/campaigns/Objections.vue'), props: true },
  { path: '/campaigns/:id/bulletin', component: () => import('../pages/campaigns/Bulletin.vue'), props: true },
  { path: '/campaigns/:id/proposals', component: () => import('../pages/campaigns/Proposals.vue'), props: true },
  { path: '/entry-proposals/:id', component: () => import('../pages/campaigns/Proposal.vue'), props: true },
  { path: '/entries/:id', component: () => import('../pages/campaigns/Entry.vue'), props: true },
] satisfies RouteRecordRaw[]
