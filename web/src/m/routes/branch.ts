import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me/branch', component: () => import('../pages/branch/Branch.vue'), meta: { keep: true } },
  { path: '/meetings', component: () => import('../pages/branch/Meetings.vue'), meta: { keep: true } },
  { path: '/meetings/:id', component: () => import('../pages/branch/Meeting.vue'), props: true },
] satisfies RouteRecordRaw[]
