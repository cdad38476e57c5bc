// Who sends what waited on the phone, by kind. Here and not beside the pages, since it is sent whatever page is open.
import { attachToIdea, completeStudyReading, createIdea, getIdea, submitDailyPaper, submitIdea, uploadFile, type IdeaBody, type QuestionAnswerBody } from 'xianfeng-client'
import { sender } from '@/core/outbox'
import type { Photo } from '@/kit/Photos.vue'

/** Today's answers. */
export interface PaperJob {
  day: string
  answers: QuestionAnswerBody[]
}

// The server takes a paper once a day, so it needs no key: the same paper again gives the first result.
// The page has shown which questions are open before anything is handed in.
sender<PaperJob>('paper', (job) => submitDailyPaper({ path: { day: job.body.day }, body: { answers: job.body.answers, leave_unanswered: true } }))

/** A reading whose time is up. */
export interface ReadingJob {
  id: string
}

sender<ReadingJob>('reading', (job) => completeStudyReading({ path: { id: job.body.id } }))

/** A new idea with its photographs. */
export interface IdeaJob {
  idea: IdeaBody
  photos: Photo[]
  /** Files that are on the server already, in the order of the photographs. */
  files: string[]
}

sender<IdeaJob>('idea', async (job, save) => {
  const body = job.body
  for (let at = body.files.length; at < body.photos.length; at++) {
    const photo = body.photos[at]!
    const file = await uploadPhoto(photo, `${job.key}-${at}`)
    // Saved one by one: after an interruption, those that are there are not sent again.
    body.files.push(file)
    await save(body)
  }
  const idea = { ...body.idea, file_ids: body.files }
  return createIdea({ body: idea, headers: { 'Idempotency-Key': job.key } })
})

/** An idea that was a draft on the server: what changed is there already, photographs and handing in are not. */
export interface IdeaMoreJob {
  id: string
  photos: Photo[]
  files: string[]
  submit: boolean
}

sender<IdeaMoreJob>('idea-more', async (job, save) => {
  const body = job.body
  for (let at = body.files.length; at < body.photos.length; at++) {
    body.files.push(await uploadPhoto(body.photos[at]!, `${job.key}-${at}`))
    await save(body)
  }
  if (body.files.length) await attachToIdea({ path: { id: body.id }, body: { file_ids: body.files } })
  if (body.submit) await submitIdea({ path: { id: body.id } })
  return getIdea({ path: { id: body.id } })
})

export async function uploadPhoto(photo: Photo, key: string): Promise<string> {
  const file = await uploadFile({
    body: photo.blob,
    query: { name: photo.name },
    headers: { 'Idempotency-Key': key, 'Content-Type': photo.blob.type || 'image/jpeg' },
  })
  return file.id
}
