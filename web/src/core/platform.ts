// The platform in whose browser the page is open, and the way by which it says who its reader is: no form, one tap or none.
import type { Platform } from 'xianfeng-client'
import { config } from './config'
import { place } from './place'

/** WeCom's browser names WeChat too; a page within a mini-program cannot be led to the page of either. */
export function platformOf(agent: string): Platform | null {
  if (/miniProgram/i.test(agent)) return null
  return /wxwork/i.test(agent) ? 'wecom' : /MicroMessenger/i.test(agent) ? 'wechat' : null
}

export const inside = platformOf(navigator.userAgent)

export interface Way {
  platform: Platform
  label: string
  /** By a code to be scanned, where the page is not open inside the platform. */
  qr: boolean
}

/** What can be offered in this browser: a platform's own page opens inside of it alone, and WeCom has a code to scan besides. */
export function waysHere(where = inside): Way[] {
  const used = config.value?.sign_in.platforms ?? []
  if (where === 'wechat' && used.includes('wechat')) return [{ platform: 'wechat', label: '用微信登录', qr: false }]
  if (!used.includes('wecom')) return []
  // WeCom's messages are read in WeChat too, by its plugin.
  return [{ platform: 'wecom', label: where ? '用企业微信登录' : '企业微信扫码登录', qr: !where }]
}

const WENT = 'xianfeng.went'
const TO = 'xianfeng.to'

/** Leads away to the platform's page, and from there to `to`; that is remembered for when something lies in between. */
export function lead({ platform, qr }: Pick<Way, 'platform' | 'qr'>, to: string) {
  stay()
  wish(to)
  const query = new URLSearchParams({ to, ...(qr ? { qr: 'true' } : {}) })
  location.assign(`${place}/api/v1/session/platforms/${platform}/entry?${query}`)
}

/** Remembers where the reader wants to go; a message's link says so even where nothing was remembered before. */
export const wish = (to: string) => put(TO, /^\/(?!\/)./.test(to) ? to : '')

/** Whether nobody was led away yet since this window was opened, or since somebody was signed in. */
export const mayLead = () => get(WENT) === ''

/** From here on nobody is led away without a tap: not in a circle, and not somebody who has just signed out. */
export const stay = () => put(WENT, '1')

/** Somebody is signed in: what comes later begins anew. */
export const arrived = () => put(WENT, '')

/** Where the reader wanted to go, once. */
export function takeBack(): string {
  const to = get(TO)
  put(TO, '')
  return to || '/'
}

/** A window that keeps nothing counts as one that was led away: it could not tell once from for ever. */
function get(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return key === WENT ? '1' : ''
  }
}

function put(key: string, value: string) {
  try {
    if (value) sessionStorage.setItem(key, value)
    else sessionStorage.removeItem(key)
  } catch {
    // See above.
  }
}
