import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/tasks', component: () => import('../pages/tasks/Tasks.vue'), meta: { keep: true } },
  { path: '/tasks/:id', component: () => import('../pages/tasks/Task.vue'), props: true },
  { path: '/task-lists', component: () => import('../pages/tasks/Lists.vue'), meta: { keep: true } },
] satisfies RouteRecordRaw[]
