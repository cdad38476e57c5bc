import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/work/alarms', component: () => import('../pages/oversight/Alarms.vue') }] satisfies RouteRecordRaw[]
