import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work', component: () => import('../pages/work/Work.vue'), meta: { tab: 'work', keep: true } },
  { path: '/me/desk', redirect: '/work' },
  { path: '/work/ideas', component: () => import('../pages/work/Ideas.vue'), meta: { keep: true } },
  { path: '/work/ideas/numbers', component: () => import('../pages/work/IdeaNumbers.vue') },
  { path: '/work/month', component: () => import('../pages/work/Month.vue') },
] satisfies RouteRecordRaw[]
