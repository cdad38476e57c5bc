// How a task is shown: the colour of its day, in a word as well.
import type { TaskHead, TaskLight } from 'xianfeng-client'
import { day } from '@/core/format'
import { word } from '@/core/labels'

export const tone = (light: TaskLight): 'plain' | 'now' | 'late' => (light === 'overdue' ? 'late' : light === 'normal' ? 'plain' : 'now')

/** What a tag says: how it stands where that is worth a look, else its state. */
export const standing = (task: TaskHead) => (task.light === 'normal' ? word('TaskState', task.state) : word('TaskLight', task.light))

export const note = (task: TaskHead) => `${day(task.due_on)}到期\u00a0· ${task.unit_name}${task.people.length ? `\u00a0· ${task.people.map(({ name }) => name).join('、')}` : ''}`
