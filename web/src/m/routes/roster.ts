// Codes, resets and phone numbers have the paths of the API, to which the desk and notices lead.
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work/members', component: () => import('../pages/roster/Members.vue'), meta: { keep: true } },
  { path: '/members/:id', component: () => import('../pages/roster/Member.vue'), props: true },
  { path: '/work/codes', component: () => import('../pages/roster/Codes.vue') },
  { path: '/invitations', component: () => import('../pages/roster/OpenCodes.vue') },
  { path: '/resets', component: () => import('../pages/roster/Resets.vue') },
  { path: '/member-corrections', component: () => import('../pages/roster/Corrections.vue') },
  { path: '/anonymisations', component: () => import('../pages/roster/Anonymisations.vue') },
  { path: '/phone-proposals', component: () => import('../pages/roster/Phones.vue') },
] satisfies RouteRecordRaw[]
