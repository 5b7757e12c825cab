import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** What the real Keycloak needs beside itself: who takes its mail, and who is asked for users that are elsewhere (CIBA). */
export interface Outside {
  /** Options of `kc.sh start-dev`. */
  args: string[]
  /** Where mail goes. */
  smtp: string
  /** Tells Keycloak what the user decided who was asked last. */
  decide(status: string, base: string): Promise<void>
  /** The first link of the mail that came last. */
  link(): string
  close(): void
}

/** Opens both on free ports of this machine. */
export async function openOutside(): Promise<Outside> {
  let bearer = ''
  let mail = ''
  const channel = createHttpServer(async (request, response) => {
    bearer = request.headers.authorization ?? ''
    await text(request)
    response.writeHead(201).end()
  })
  const post = createServer((socket) =>
    takeMail(socket, (came) => {
      mail = came
    }),
  )
  const [channelPort, smtp] = [await listening(channel), await listening(post)]
  return {
    args: [`--spi-ciba-auth-channel--ciba-http-auth-channel--http-authentication-channel-uri=http://127.0.0.1:${channelPort}/`],
    smtp: String(smtp),
    async decide(status, base) {
      const headers = { authorization: bearer, 'content-type': 'application/json' }
      const url = `${base}/realms/demo/protocol/openid-connect/ext/ciba/auth/callback`
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ status }) })
      if (!answer.ok) throw new Error(`the decision is refused: ${answer.status} ${await answer.text()}`)
    },
    link: () => /https?:\/\/\S+/.exec(mail)?.[0] ?? '',
    close() {
      channel.close()
      post.close()
    },
  }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** As much of SMTP as one mail needs (RFC 5321). */
function takeMail(socket: Socket, came: (mail: string) => void): void {
  let lines: string[] | undefined
  socket.on('error', () => socket.destroy())
  socket.write('220 here\r\n')
  let rest = ''
  socket.on('data', (data) => {
    const [last = '', ...whole] = (rest + data).split('\r\n').reverse()
    rest = last
    for (const line of whole.reverse()) {
      if (lines !== undefined && line !== '.') lines.push(line)
      else if (lines !== undefined) {
        came(lines.join('\n'))
        lines = undefined
        socket.write('250 taken\r\n')
      } else if (line === 'DATA') {
        lines = []
        socket.write('354 go on\r\n')
      } else if (line === 'QUIT') socket.end('221 bye\r\n')
      else socket.write('250 well\r\n')
    }
  })
}
