import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work/study', component: () => import('../pages/coverage/Coverage.vue'), meta: { keep: true } },
  { path: '/work/quiz', component: () => import('../pages/coverage/Quiz.vue') },
  { path: '/work/burden', component: () => import('../pages/coverage/Burden.vue') },
  { path: '/work/burden/offices', component: () => import('../pages/coverage/OfficeBurden.vue') },
  { path: '/work/study/plan', component: () => import('../pages/coverage/Plan.vue') },
] satisfies RouteRecordRaw[]
