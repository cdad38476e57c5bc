import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me/branch', component: () => import('../pages/branch/Branch.vue'), meta: { keep: true } },
] satisfies RouteRecordRaw[]
