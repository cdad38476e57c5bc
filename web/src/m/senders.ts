// Who sends what waited on the phone, by kind. Here and not beside the pages, since it is sent whatever page is open.
import { sender } from '@/core/outbox'
import { submitDailyPaper, type QuestionAnswerBody } from 'xianfeng-client'

export interface PaperJob {
  day: string
  answers: QuestionAnswerBody[]
}

sender<PaperJob>('paper', async (job) => {
  await submitDailyPaper({ path: { day: job.body.day }, body: { answers: job.body.answers } })
})
