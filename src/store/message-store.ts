import type { Message, Messages, Person } from '../providers/social.ts'
import type { Database } from './database/database.ts'

export interface MessageRow {
  row: number
  message_id: string
  body: string
  image_id: string | null
  data: string
  sent_at: number
  acknowledged_at: number | null
  sender_row: number
  sender_user_id: string
  sender_username: string
  sender_first_name: string
  sender_type: string | null
  sender_claims: string
  recipient_row: number
  recipient_user_id: string
  recipient_username: string
  recipient_first_name: string
  recipient_type: string | null
  recipient_claims: string
}

const personColumns = (table: string) =>
  ['user_id', 'username', 'first_name', 'type', 'claims'].map((column) => `${table}.${column} AS ${table}_${column}`).join(', ')

const select = `SELECT message.id AS row, message.message_id, message.body, message.image_id, message.data, message.sent_at, message.acknowledged_at,
    message.sender_row, ${personColumns('sender')}, message.recipient_row, ${personColumns('recipient')}
  FROM message JOIN user AS sender ON sender.id = message.sender_row JOIN user AS recipient ON recipient.id = message.recipient_row`

const list = (owner: 'recipient_row' | 'sender_row') => `${select}
  WHERE message.${owner} = @user AND message.app_row = @app AND (message.sent_at, message.id) < (@sent_at, @row)
    AND (@acknowledged IS NULL OR (message.acknowledged_at IS NOT NULL) = @acknowledged)
  ORDER BY message.sent_at DESC, message.id DESC LIMIT @limit`

/** Every statement about messages, prepared once for all sandboxes. */
export function messageStatements(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  return {
    insert: prepare(
      `INSERT INTO message (app_row, message_id, sender_row, recipient_row, body, image_id, data, sent_at, acknowledged_at)
       VALUES (@app, @message_id, @sender, @recipient, @body, @image_id, @data, @sent_at, @acknowledged_at)
       ON CONFLICT (app_row, message_id) DO NOTHING`,
    ),
    find: prepare<MessageRow>(`${select} WHERE message.app_row = @app AND message.message_id = @message_id`),
    inbox: prepare<MessageRow>(list('recipient_row')),
    sent: prepare<MessageRow>(list('sender_row')),
    acknowledge: prepare(
      `UPDATE message SET acknowledged_at = @now
       WHERE app_row = @app AND message_id = @message_id AND recipient_row = @receiver AND acknowledged_at IS NULL`,
    ),
    acknowledgeAll: prepare(
      `UPDATE message SET acknowledged_at = @now
       WHERE recipient_row = @receiver AND app_row = @app AND acknowledged_at IS NULL AND (@before IS NULL OR sent_at < @before)`,
    ),
  }
}

/** The messages of one sandbox. */
export function messageStore(statements: ReturnType<typeof messageStatements>): Messages {
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

function toMessage(row: MessageRow): Message {
  const person = (who: 'sender' | 'recipient'): Person => ({
    row: row[`${who}_row`],
    user_id: row[`${who}_user_id`],
    username: row[`${who}_username`],
    first_name: row[`${who}_first_name`],
    type: row[`${who}_type`],
    claims: JSON.parse(row[`${who}_claims`]),
  })
  return {
    row: row.row,
    message_id: row.message_id,
    from: person('sender'),
    to: person('recipient'),
    text: row.body,
    image_id: row.image_id,
    data: JSON.parse(row.data),
    sent_at: row.sent_at,
    acknowledged_at: row.acknowledged_at,
  }
}
