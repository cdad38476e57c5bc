import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/meetings', component: () => import('../pages/meetings/Meetings.vue'), meta: { keep: true } },
  { path: '/meetings/new', component: () => import('../pages/meetings/Write.vue') },
  { path: '/meetings/:id', component: () => import('../pages/meetings/Meeting.vue'), props: true },
  { path: '/meetings/:id/code', component: () => import('../pages/meetings/Code.vue'), props: true },
  { path: '/meetings/:id/edit', component: () => import('../pages/meetings/Write.vue'), props: true },
] satisfies RouteRecordRaw[]
