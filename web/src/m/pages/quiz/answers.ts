import type { QuestionKind } from 'xianfeng-client'

export interface Option {
  value: string
  letter: string
  text: string
}

/** What can be chosen, with the values that the server takes. */
export function optionsOf({ kind, options }: { kind: QuestionKind; options: string[] }): Option[] {
  if (kind === 'judge') {
    return [
      { value: 'true', letter: '', text: '正确' },
      { value: 'false', letter: '', text: '错误' },
    ]
  }
  return options.map((text, at) => {
    const letter = String.fromCharCode(65 + at)
    return { value: letter, letter, text }
  })
}

/** An answer in words: `A、C`, `正确`, or what was to be written, of which several wordings may be right. */
export function inWords(kind: QuestionKind, answer: string[]): string {
  if (answer.length === 0) return '没有作答'
  if (kind === 'judge') return answer[0] === 'true' ? '正确' : '错误'
  return answer.join(kind === 'fill' ? ' 或 ' : '、')
}
