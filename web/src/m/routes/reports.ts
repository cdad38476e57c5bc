import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/reports', component: () => import('../pages/reports/Reports.vue'), meta: { keep: true } },
  { path: '/reports/:id', component: () => import('../pages/reports/Report.vue'), props: true },
  { path: '/report-forms', component: () => import('../pages/reports/Forms.vue'), meta: { keep: true } },
  { path: '/report-forms/new', component: () => import('../pages/reports/Ask.vue') },
  { path: '/report-forms/:id', component: () => import('../pages/reports/Form.vue'), props: true },
  { path: '/report-forms/:id/edit', component: () => import('../pages/reports/Edit.vue'), props: true },
  { path: '/report-forms/:id/versions', component: () => import('../pages/reports/Versions.vue'), props: true },
  { path: '/report-forms/:id/overview', component: () => import('../pages/reports/Overview.vue'), props: true, meta: { keep: true } },
  { path: '/report-forms/:id/layout', component: () => import('../pages/layouts/Layout.vue'), props: ({ params }) => ({ of: 'report-forms', id: params['id'] }) },
  { path: '/report-periods/:id/bulletin', component: () => import('../pages/reports/Bulletin.vue'), props: true },
] satisfies RouteRecordRaw[]
