/** Reminders and escalations: messages to parties and to the holders of posts, sent once, in one statement with the timer's end. */
import { apply, TimerGone } from '../apply/apply.ts'
import { emptyWrites } from '../apply/writes.ts'
import { isWithin } from '../../kernel/codes/region-code.ts'
import { localDate } from '../cases/clock.ts'
import { isRegion } from '../access/scopes.ts'
import { unitOf } from '../cases/duties.ts'
import { readCase, type Surroundings } from '../cases/work.ts'
import { text as t, type Text } from '../../kernel/text.ts'

export interface Reminder {
  readonly number: string
  readonly key: string
  readonly kind: 'remind' | 'escalate'
  readonly move: string | null
  readonly to: readonly string[]
}

export interface Reminders {
  send(reminder: Reminder, now: string): Promise<boolean>
}

export function openReminders(around: Pick<Surroundings, 'city' | 'db' | 'vault' | 'matters'>): Reminders {
  async function holdersOf(post: string, unit: string, today: string): Promise<readonly string[]> {
    const { rows } = await around.db.query<{ subject: string; unit: string }>('post-holders',
      `select a.subject, p.unit from onevisit.account_post p join onevisit.account a on a.id = p.account
       where p.post = $1 and p.valid_from <= $2 and (p.valid_to is null or p.valid_to >= $2) and a.subject is not null and not a.disabled`, [post, today])
    return [...new Set(rows.filter(row => row.unit === unit || (isRegion(row.unit) && isRegion(unit) && isWithin(unit, row.unit))).map(row => row.subject))]
  }

  return {
    async send(reminder, now) {
      const record = await readCase(around, reminder.number)
      const writes = emptyWrites()
      writes.timersFired.push({ number: reminder.number, key: reminder.key })
      if (record !== null) {
        const { type, system } = record.entry
        const title = titleOf(reminder, record.number, type.moves[reminder.move ?? '']?.title)
        for (const who of reminder.to) {
          const recipients = who.startsWith('post:')
            ? await holdersOf(`${system}.${who.slice(5)}`, unitOf(record, type.posts[who.slice(5)]!), localDate(now))
            : [record.parties[who]?.subject].filter(subject => subject !== undefined)
          for (const recipient of recipients) writes.messages.push({ recipient, number: record.number, title, body: title, created_at: now })
        }
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
