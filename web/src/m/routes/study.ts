// Paths are those of the API wherever a page shows what is there, so that the link of a notice leads to its page.
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/study', component: () => import('../pages/study/Study.vue'), meta: { tab: 'study', keep: true } },
  { path: '/study/today', redirect: '/study' },
  { path: '/study/items/:id', component: () => import('../pages/study/Item.vue'), props: true },
  { path: '/study/feed', component: () => import('../pages/study/Past.vue'), meta: { keep: true } },
  { path: '/quiz/daily', component: () => import('../pages/quiz/Daily.vue') },
  { path: '/me/quiz/history', component: () => import('../pages/quiz/History.vue'), meta: { keep: true } },
  { path: '/me/quiz/history/:day', component: () => import('../pages/quiz/Result.vue'), props: true },
  { path: '/quiz/practice', component: () => import('../pages/quiz/Practice.vue') },
  { path: '/me/quiz/wrong-answers', component: () => import('../pages/quiz/WrongAnswers.vue') },
] satisfies RouteRecordRaw[]
