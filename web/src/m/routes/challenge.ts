import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/challenge', component: () => import('../pages/challenge/Challenge.vue') },
  { path: '/challenge/runs/current', redirect: '/challenge' },
  { path: '/me/challenge/runs', component: () => import('../pages/challenge/Runs.vue'), meta: { keep: true } },
] satisfies RouteRecordRaw[]
