// Stars as people read them.

/** `★★★`, and words where there are none. */
export const stars = (count: number) => (count > 0 ? '★'.repeat(count) : '无星')
