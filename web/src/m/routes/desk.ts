import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/desk-items/:id', component: () => import('../pages/desk/Item.vue'), props: true },
  { path: '/desk-hand-overs', component: () => import('../pages/desk/HandOvers.vue') },
  { path: '/desk-hand-overs/:id', component: () => import('../pages/desk/HandOver.vue'), props: true },
] satisfies RouteRecordRaw[]
