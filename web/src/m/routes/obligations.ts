import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/month-sheet/:unit?', component: () => import('../pages/obligations/MonthSheet.vue'), props: true, meta: { keep: true } },
  { path: '/month-sheet/:unit/:of/:code/:first', component: () => import('../pages/obligations/Obligation.vue'), props: true },
  { path: '/month-sheets', component: () => import('../pages/obligations/MonthSheets.vue'), meta: { keep: true } },
  { path: '/meeting-overviews', component: () => import('../pages/obligations/MeetingOverviews.vue'), meta: { keep: true } },
  { path: '/obligation-exemptions', component: () => import('../pages/obligations/Exemptions.vue'), meta: { keep: true } },
  { path: '/obligation-exemptions/:id', component: () => import('../pages/obligations/Exemption.vue'), props: true },
] satisfies RouteRecordRaw[]
