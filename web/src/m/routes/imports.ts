import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/work/imports', component: () => import('../pages/imports/Imports.vue') }] satisfies RouteRecordRaw[]
