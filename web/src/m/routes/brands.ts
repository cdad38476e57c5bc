import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/brands', component: () => import('../pages/brands/Brands.vue'), meta: { keep: true } },
  { path: '/brands/new', component: () => import('../pages/brands/Write.vue') },
  { path: '/brands/:id', component: () => import('../pages/brands/Brand.vue'), props: true },
  { path: '/brands/:id/edit', component: () => import('../pages/brands/Write.vue'), props: true },
] satisfies RouteRecordRaw[]
