/** Reminders and escalations: messages to parties and to the holders of posts, sent once, in one statement with the timer's end. */
import { apply, TimerGone } from '../apply/apply.ts'
import { emptyWrites } from '../apply/writes.ts'
import { localDate } from '../cases/clock.ts'
import { recipientsOf } from '../cases/recipients.ts'
import { readCase, type Surroundings } from '../cases/work.ts'
import { text as t, type Text } from '../../kernel/text.ts'

export interface Reminder {
  readonly number: string
  readonly key: string
  readonly kind: 'remind' | 'escalate'
  readonly move: string | null
  readonly to: readonly string[]
  readonly due: string
}

export interface Reminders {
  /** Whether it was sent here; false when another process was first or the case has moved on. */
  send(reminder: Reminder, now: string): Promise<boolean>
}

export function openReminders(around: Pick<Surroundings, 'city' | 'db' | 'vault' | 'matters'>): Reminders {
  return {
    async send(reminder, now) {
      const record = await readCase(around, reminder.number)
      const writes = emptyWrites()
      writes.timersFired.push({ number: reminder.number, key: reminder.key, due: reminder.due })
      if (record !== null) {
        const title = titleOf(reminder, record.number, record.entry.type.moves[reminder.move ?? '']?.title)
        const recipients = await Promise.all(reminder.to.map(who => recipientsOf(around.db, record, who, localDate(now))))
        for (const recipient of new Set(recipients.flat())) writes.messages.push({ recipient, number: record.number, title, body: title, created_at: now })
      }
      try {
        await apply(around.db, writes)
        return true
      } catch (error) {
        if (error instanceof TimerGone) return false
        throw error
      }
    },
  }
}

function titleOf(reminder: Reminder, number: string, move: Text | undefined): Text {
  const name = move ?? t('办理', 'act')
  return reminder.kind === 'remind'
    ? t(`提醒：办件 ${number} 的“${name.zh}”即将到期`, `Reminder: '${name.en}' of case ${number} is due soon`)
    : t(`督办：办件 ${number} 的“${name.zh}”已超期`, `Overdue: '${name.en}' of case ${number}`)
}
