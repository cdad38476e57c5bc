// Routes by the hash: the server serves one page, proxies and WeChat keep their hands off what follows it. Each file under
// routes/ lists the pages of one subject, so that a new subject touches no other file.
import { computed, nextTick, ref } from 'vue'
import { createRouter, createWebHashHistory, useRoute, type RouteRecordRaw } from 'vue-router'
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

/** Where the reader is, also while the code of the first page is still on its way and the router says nothing yet. */
export function useHere() {
  const route = useRoute()
  return computed(() => (route.matched.length ? route : router.resolve(location.hash.slice(1) || '/')))
}

// Somebody who listens to the page hears where they are; on the first page the reader begins by itself.
router.afterEach((_to, from) => {
  if (from.matched.length) void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
})

/** A page whose code did not come, and where it would have led. */
export const missing = ref<{ to: string; online: boolean } | null>(null)
router.afterEach((_to, _from, failure) => {
  if (!failure) missing.value = null
})

// After an update, parts of the earlier release are gone: the page is loaded anew, once, at the place where it was to lead.
// Without a network they are only out of reach, and a page that is loaded anew would be lost.
const KEY = 'xianfeng.reloaded'
router.onError(async (error, to) => {
  console.error(error)
  const online = await isThere()
  if (online && reloadedLongAgo()) reloadAt(to.fullPath)
  else missing.value = { to: to.fullPath, online }
})

const isThere = () => fetch('./', { method: 'HEAD', cache: 'no-store' }).then((answer) => answer.ok, () => false)

function reloadedLongAgo(): boolean {
  try {
    const last = Number(sessionStorage.getItem(KEY)) || 0
    sessionStorage.setItem(KEY, String(Date.now()))
    return Date.now() - last > 60_000
  } catch {
    // A browser that keeps nothing cannot tell once from for ever.
    return false
  }
}

function reloadAt(path: string) {
  location.hash = `#${path}`
  location.reload()
}

/** Tries again to open what did not come; without a network all stays as it is. */
export async function openMissing() {
  if (missing.value && (await isThere())) reloadAt(missing.value.to)
}

/** Fetches what is wanted in a pit while there is still a network: the pages that work without one. */
export function fetchAhead() {
  const idle = window.requestIdleCallback ?? ((go: () => void) => setTimeout(go, 2_000))
  idle(() => {
    const pages = [import('./pages/study/Item.vue'), import('./pages/quiz/Daily.vue'), import('./pages/quiz/Result.vue'), import('./pages/ideas/Write.vue'), import('./pages/mine/Waiting.vue')]
    void Promise.allSettled(pages)
  })
}
