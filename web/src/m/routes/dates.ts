import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/me/calendar', component: () => import('../pages/dates/Calendar.vue'), meta: { keep: true } }] satisfies RouteRecordRaw[]
