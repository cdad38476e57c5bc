// Routes by the hash: the server serves one page, proxies and WeChat keep their hands off what follows it. Each file under
// routes/ lists the pages of one subject, so that a new subject touches no other file.
import { nextTick } from 'vue'
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import Home from './pages/Home.vue'

export type Tab = 'home' | 'study' | 'ideas' | 'mine' | 'work'

declare module 'vue-router' {
  interface RouteMeta {
    /** The tab that is lit; pages without one show no tab bar. */
    tab?: Tab
    /** Stays as it was when somebody comes back to it. */
    keep?: boolean
  }
}

const found = import.meta.glob<{ default: RouteRecordRaw[] }>('./routes/*.ts', { eager: true })

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', component: Home, meta: { tab: 'home', keep: true } },
    ...Object.values(found).flatMap((subject) => subject.default),
    { path: '/:rest(.*)*', component: () => import('./pages/Nowhere.vue') },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

// Somebody who listens to the page hears where they are; on the first page the reader begins by itself.
router.afterEach((_to, from) => {
  if (from.matched.length) void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
})

// After an update, parts of the earlier release are gone: the page is loaded anew, once.
const KEY = 'xianfeng.reloaded'
window.addEventListener('vite:preloadError', (event) => {
  let last = 0
  try {
    last = Number(sessionStorage.getItem(KEY)) || 0
  } catch {
    return
  }
  if (Date.now() - last < 60_000) return
  event.preventDefault()
  sessionStorage.setItem(KEY, String(Date.now()))
  location.reload()
})
