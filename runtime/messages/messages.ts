/** In-app messages of one recipient: newest first, with a count of the unread and receipts. */
import type { Text } from '../../kernel/text.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Queryable } from '../database/pool.ts'
import { pageOf, readCursor, type Listed, type Page } from '../keyset.ts'

export interface Message {
  readonly id: number
  /** The case it is about. */
  readonly number: string | null
  readonly title: Text
  readonly body: Text
  readonly createdAt: string
  readonly readAt: string | null
}

export interface MessageBox {
  /** @throws Problem `cursor-invalid` */
  list(recipient: string, page: Page): Promise<Listed<Message>>
  /** Counted no further than `cap`. */
  unread(recipient: string, cap: number): Promise<{ readonly count: number; readonly capped: boolean }>
  /** Sets the receipt once; later calls change nothing. @throws Problem `message-unknown`, also where it is another's */
  markRead(recipient: string, id: number, now: string): Promise<Message>
}

interface MessageRow {
  readonly id: number
  readonly number: string | null
  readonly title: Text
  readonly body: Text
  readonly created_at: string
  readonly read_at: string | null
}

const COLUMNS = 'id, number, title, body, created_at, read_at'

export function openMessageBox(around: { readonly db: Pick<Queryable, 'query'> }): MessageBox {
  const { db } = around
  return {
    async list(recipient, { limit, after }) {
      const { rows } = after === undefined
        ? await db.query<MessageRow>('messages', `select ${COLUMNS} from onevisit.message where recipient = $1 order by id desc limit $2`, [recipient, limit + 1])
        : await db.query<MessageRow>('messages-after', `select ${COLUMNS} from onevisit.message where recipient = $1 and id < $3 order by id desc limit $2`, [recipient, limit + 1, ...readCursor(after, ['id'])])
      return pageOf(rows, limit, messageOf, row => [row.id])
    },
    async unread(recipient, cap) {
      const { rows } = await db.query<{ n: number }>('messages-unread',
        'select count(*)::int as n from (select 1 from onevisit.message where recipient = $1 and read_at is null limit $2) m', [recipient, cap + 1])
      return { count: Math.min(rows[0]!.n, cap), capped: rows[0]!.n > cap }
    },
    async markRead(recipient, id, now) {
      if (!Number.isSafeInteger(id)) throw new Problem('message-unknown')
      // Two readers at once: the second waits for the first and keeps its instant.
      const { rows } = await db.query<MessageRow>('message-read', `update onevisit.message set read_at = coalesce(read_at, $3) where recipient = $1 and id = $2 returning ${COLUMNS}`, [recipient, id, now])
      if (rows[0] === undefined) throw new Problem('message-unknown')
      return messageOf(rows[0])
    },
  }
}

function messageOf({ created_at, read_at, ...row }: MessageRow): Message {
  return { ...row, createdAt: created_at, readAt: read_at }
}
