import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/feedback', component: () => import('../pages/answers/Said.vue') },
  { path: '/feedback/:id', component: () => import('../pages/answers/Said.vue'), props: true },
  { path: '/texts', component: () => import('../pages/answers/Texts.vue') },
  { path: '/texts/:id', component: () => import('../pages/answers/Texts.vue'), props: true },
  { path: '/duty-proposals', component: () => import('../pages/answers/Duties.vue') },
  { path: '/duty-proposals/:id', redirect: '/duty-proposals' },
  { path: '/second-factor-resets', component: () => import('../pages/answers/FactorResets.vue') },
  { path: '/second-factor-resets/:id', redirect: '/second-factor-resets' },
  { path: '/question-voidings/:id', component: () => import('../pages/answers/Voiding.vue'), props: true },
  { path: '/setting-proposals/:id', component: () => import('../pages/answers/Setting.vue'), props: true },
] satisfies RouteRecordRaw[]
