import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { opened } from './load.ts'
import { type Subject, subjects } from './subjects.ts'

const host = 'sandbox.iokids.net'

/** grantbox asked as an unchanged client asks: over https, through a tunnel that is kept. */
export function tunnelled(): Subject {
  const subject = subjects.iokids()
  subject.name = 'grantbox, a kept tunnel with TLS'
  subject.dialect.host = host
  let ca = ''
  subject.prepare = async (origin) => {
    ca = await (await fetch(`${origin}/_grantbox/ca.pem`)).text()
  }
  subject.open = async (port) => {
    const socket = await opened(connect(port, '127.0.0.1').setNoDelay(true), 'connect')
    await ask(socket, `CONNECT ${host}:443 HTTP/1.1\r\nhost: ${host}:443\r\n\r\n`)
    return opened(connectTls({ socket, servername: host, ca }), 'secureConnect')
  }
  return subject
}

/** The whole address in each request, over http. */
export function absolute(): Subject {
  const subject = subjects.iokids()
  subject.name = 'grantbox, the whole address over http'
  subject.dialect.host = host
  subject.dialect.token = `http://${host}${subject.dialect.token}`
  return subject
}

/** No proxy at all: who calls it directly is to notice no difference. */
export function withoutProxy(): Subject {
  const subject = subjects.iokids()
  subject.name = 'grantbox, directly over http, `--proxy off`'
  subject.command = { ...subject.command, args: [...subject.command.args, '--proxy', 'off'] }
  return subject
}

/** Waits for what the proxy says to CONNECT: a head without a body. */
function ask(socket: Socket, head: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.off('error', reject)
      if (chunk.toString().startsWith('HTTP/1.1 200')) resolve()
      else reject(new Error(chunk.toString()))
    })
    socket.write(head)
  })
}
