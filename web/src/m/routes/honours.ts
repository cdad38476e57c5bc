import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/honours', component: () => import('../pages/honours/Honours.vue'), meta: { keep: true } },
  { path: '/honours/new', component: () => import('../pages/honours/Give.vue') },
  { path: '/honours/:id', component: () => import('../pages/honours/Honour.vue'), props: true },
  { path: '/stars', component: () => import('../pages/honours/Stars.vue'), meta: { keep: true } },
  { path: '/stars/:subject/:id', component: () => import('../pages/honours/Why.vue'), props: true },
  { path: '/grade-cases', component: () => import('../pages/honours/Grades.vue'), meta: { keep: true } },
  { path: '/grade-cases/:id', component: () => import('../pages/honours/GradeCase.vue'), props: true },
  { path: '/title-rounds', component: () => import('../pages/honours/Titles.vue'), meta: { keep: true } },
  { path: '/title-rounds/:id', component: () => import('../pages/honours/Title.vue'), props: true },
  { path: '/insignia', component: () => import('../pages/honours/Insignia.vue'), meta: { keep: true } },
  { path: '/insignia/:id', redirect: '/insignia' },
  { path: '/certificates/:code?', component: () => import('../pages/honours/Certificate.vue'), props: true },
] satisfies RouteRecordRaw[]
