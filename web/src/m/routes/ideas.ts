import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/ideas', component: () => import('../pages/ideas/Ideas.vue'), meta: { tab: 'ideas', keep: true } },
  { path: '/ideas/new', component: () => import('../pages/ideas/Write.vue') },
  { path: '/ideas/:id', component: () => import('../pages/ideas/Idea.vue'), props: true },
  { path: '/ideas/:idea/outcomes/:id', component: () => import('../pages/work/Outcome.vue'), props: true },
  { path: '/ideas/:id/edit', component: () => import('../pages/ideas/Write.vue'), props: true },
] satisfies RouteRecordRaw[]
