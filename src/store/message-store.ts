import { GoneError } from '../oauth/model/errors.ts'
import type { Message, Messages } from '../providers/social.ts'
import type { Database } from './database/database.ts'
import type { Records } from './database/kept-records.ts'

type MessageRow = Omit<Message, 'from' | 'to' | 'data'> & { sender_row: number; recipient_row: number; data: string }

const select = `SELECT id AS row, message_id, sender_row, recipient_row, body AS text, image_id, data, sent_at, acknowledged_at FROM message`

const list = (owner: 'recipient_row' | 'sender_row') => `${select}
  WHERE ${owner} = @user AND app_row = @app AND (sent_at, id) < (@sent_at, @row)
    AND (@acknowledged IS NULL OR (acknowledged_at IS NOT NULL) = @acknowledged)
  ORDER BY sent_at DESC, id DESC LIMIT @limit`

/** The messages of one sandbox. */
export function messageStore(db: Database, { userOf }: Records): Messages {
  const statements = {
    insert: db.named(
      `INSERT INTO message (app_row, message_id, sender_row, recipient_row, body, image_id, data, sent_at, acknowledged_at)
       VALUES (@app, @message_id, @sender, @recipient, @body, @image_id, @data, @sent_at, @acknowledged_at)
       ON CONFLICT (app_row, message_id) DO NOTHING`,
    ),
    find: db.named<MessageRow>(`${select} WHERE app_row = @app AND message_id = @message_id`),
    inbox: db.named<MessageRow>(list('recipient_row')),
    sent: db.named<MessageRow>(list('sender_row')),
    acknowledge: db.named(
      `UPDATE message SET acknowledged_at = @now
       WHERE app_row = @app AND message_id = @message_id AND recipient_row = @receiver AND acknowledged_at IS NULL`,
    ),
    acknowledgeAll: db.named(
      `UPDATE message SET acknowledged_at = @now
       WHERE recipient_row = @receiver AND app_row = @app AND acknowledged_at IS NULL AND (@before IS NULL OR sent_at < @before)`,
    ),
  }
  const toMessage = ({ sender_row, recipient_row, data, ...message }: MessageRow): Message => {
    const [from, to] = [userOf(sender_row), userOf(recipient_row)]
    if (from === undefined || to === undefined) throw new GoneError()
    return { ...message, from, to, data: JSON.parse(data) }
  }
  return {
    put({ app, from, to, text, data, message_id, image_id, sent_at, acknowledged_at }) {
      const draft = { message_id, image_id, sent_at, acknowledged_at, body: text, data: JSON.stringify(data) }
      const { changes } = statements.insert.run({ ...draft, app: app.row, sender: from.row, recipient: to.row })
      const row = statements.find.get({ app: app.row, message_id })
      if (row === undefined) throw new Error('the message was not stored')
      return { message: toMessage(row), created: changes === 1 }
    },
    find(app, user, message_id) {
      const row = statements.find.get({ app: app.row, message_id })
      return row !== undefined && (row.sender_row === user.row || row.recipient_row === user.row) ? toMessage(row) : undefined
    },
    list(app, user, { box, acknowledged, after, limit }) {
      const { sent_at, row } = after ?? { sent_at: Number.MAX_SAFE_INTEGER, row: 0 }
      const wanted = acknowledged === undefined ? null : Number(acknowledged)
      return statements[box].all({ app: app.row, user: user.row, acknowledged: wanted, sent_at, row, limit }).map(toMessage)
    },
    acknowledge(app, receiver, message_id, now) {
      statements.acknowledge.run({ app: app.row, receiver: receiver.row, message_id, now })
      const row = statements.find.get({ app: app.row, message_id })
      return row?.recipient_row === receiver.row ? toMessage(row) : undefined
    },
    acknowledgeAll: (app, receiver, before, now) =>
      statements.acknowledgeAll.run({ app: app.row, receiver: receiver.row, before: before ?? null, now }).changes,
  }
}
