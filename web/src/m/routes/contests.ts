import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/contests', component: () => import('../pages/contests/Contests.vue'), meta: { keep: true } },
  { path: '/contests/:id', component: () => import('../pages/contests/Contest.vue'), props: true },
  // What desks name: who confirms that a contest is called off finds it with the contest.
  { path: '/contests/:id/cancellation', redirect: ({ params }) => `/contests/${String(params['id'])}` },
  { path: '/contests/:id/attempts/current', component: () => import('../pages/contests/Attempt.vue'), props: true },
  { path: '/contests/:id/rankings', component: () => import('../pages/contests/Rankings.vue'), props: true },
  { path: '/contests/:id/results', redirect: ({ params }) => `/contests/${String(params['id'])}/rankings` },
  { path: '/contests/:contest/attempts/:id', component: () => import('../pages/contests/Graded.vue'), props: true },
] satisfies RouteRecordRaw[]
