/** What stands before /m/ or /console/ in the address: nothing, or the path below which a proxy serves all of it. */
export const place = location.pathname.replace(/\/(m|console)\/.*$/, '').replace(/\/$/, '')
