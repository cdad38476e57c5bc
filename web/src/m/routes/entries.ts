import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work/entries', component: () => import('../pages/entries/Entries.vue'), meta: { keep: true } },
  { path: '/work/campaigns/:id', component: () => import('../pages/entries/Campaign.vue'), props: true },
  { path: '/work/campaigns/:campaign/write', component: () => import('../pages/entries/Write.vue'), props: true },
  { path: '/work/entries/:id', component: () => import('../pages/entries/Entry.vue'), props: true },
  { path: '/work/entries/:id/edit', component: () => import('../pages/entries/Write.vue'), props: true },
  { path: '/work/campaigns/:id/scores', component: () => import('../pages/entries/Scores.vue'), props: true },
  { path: '/work/campaigns/:campaign/scores/:source/:entry', component: () => import('../pages/entries/Sheet.vue'), props: true },
] satisfies RouteRecordRaw[]
