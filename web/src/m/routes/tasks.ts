import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/tasks', component: () => import('../pages/tasks/Tasks.vue'), meta: { keep: true } },
  { path: '/tasks/standing', component: () => import('../pages/tasks/Standing.vue') },
  { path: '/tasks/:id', component: () => import('../pages/tasks/Task.vue'), props: true },
  { path: '/task-lists', component: () => import('../pages/tasks/Lists.vue'), meta: { keep: true } },
  { path: '/task-lists/new', component: () => import('../pages/tasks/ListNew.vue') },
  { path: '/task-lists/:id', component: () => import('../pages/tasks/List.vue'), props: true },
  { path: '/task-lists/:id/edit', component: () => import('../pages/tasks/ListEdit.vue'), props: true },
  { path: '/task-lists/:id/items/new', component: () => import('../pages/tasks/Item.vue'), props: true },
  { path: '/task-lists/:id/items/:number', component: () => import('../pages/tasks/Item.vue'), props: true },
  { path: '/task-lists/:id/import', component: () => import('../pages/tasks/ItemImport.vue'), props: true },
  { path: '/task-lists/:id/laying', component: () => import('../pages/tasks/Lay.vue'), props: true },
  { path: '/task-lists/:id/layout', component: () => import('../pages/layouts/Layout.vue'), props: ({ params }) => ({ of: 'task-lists', id: params['id'] }) },
  { path: '/task-hand-overs', component: () => import('../pages/tasks/HandOvers.vue') },
  { path: '/task-layings/:id', component: () => import('../pages/tasks/Laying.vue'), props: true },
] satisfies RouteRecordRaw[]
