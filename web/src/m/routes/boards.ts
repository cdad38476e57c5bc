import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/boards', component: () => import('../pages/boards/Boards.vue'), meta: { keep: true } }] satisfies RouteRecordRaw[]
