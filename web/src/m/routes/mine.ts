import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/mine', component: () => import('../pages/mine/Mine.vue'), meta: { tab: 'mine', keep: true } },
  { path: '/me', component: () => import('../pages/mine/Me.vue') },
  { path: '/me/points', component: () => import('../pages/mine/Points.vue'), meta: { keep: true } },
  { path: '/me/points/entries', redirect: '/me/points' },
  { path: '/me/notices', component: () => import('../pages/mine/Notices.vue'), meta: { keep: true } },
  { path: '/me/sessions', component: () => import('../pages/mine/Devices.vue') },
  { path: '/me/password', component: () => import('../pages/mine/Password.vue') },
  { path: '/me/second-factor', component: () => import('../pages/mine/SecondFactor.vue') },
  { path: '/me/resets', component: () => import('../pages/mine/Resets.vue') },
  { path: '/me/study-hours', component: () => import('../pages/mine/Hours.vue'), meta: { keep: true } },
  { path: '/me/platforms', redirect: '/me/sessions' },
  { path: '/me/notice-settings', redirect: '/me/settings' },
  { path: '/me/settings', component: () => import('../pages/mine/Settings.vue') },
  { path: '/me/feedback', component: () => import('../pages/mine/Feedback.vue') },
  { path: '/me/data', component: () => import('../pages/mine/Data.vue') },
  { path: '/me/corrections', redirect: '/me/data' },
  { path: '/me/consents', component: () => import('../pages/mine/Consents.vue') },
  { path: '/binding', component: () => import('../pages/Binding.vue') },
  { path: '/waiting', component: () => import('../pages/mine/Waiting.vue') },
  { path: '/help', component: () => import('../pages/mine/Help.vue') },
] satisfies RouteRecordRaw[]
