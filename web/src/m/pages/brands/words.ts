/** Words as people write them one after another. */
export const wordsOf = (text: string) => text.split(/[\s,，、;；]+/).filter(Boolean)
