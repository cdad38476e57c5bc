import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work/items', component: () => import('../pages/content/Items.vue'), meta: { keep: true } },
  { path: '/study/items/new', component: () => import('../pages/content/Write.vue') },
  { path: '/study/items/:id/edit', component: () => import('../pages/content/Write.vue'), props: true },
  { path: '/work/paper', component: () => import('../pages/content/Paper.vue') },
  { path: '/work/calendar', component: () => import('../pages/content/Calendar.vue') },
] satisfies RouteRecordRaw[]
