import { router } from './router'

/**
 * The page of an API path that a notice or a desk names. Pages have the paths of the API, so most are their own; nothing
 * where this release has no page for it.
 */
export function pageOf(link: string | null | undefined): string | undefined {
  if (!link) return undefined
  const path = link.replace(/^\/api\/v1/, '')
  const found = router.resolve(path).matched[0]
  return found && found.path !== '/:rest(.*)*' ? path : undefined
}
