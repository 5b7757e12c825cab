import { request } from 'node:http'
import { connect } from 'node:net'
import type { Provider } from '../../src/providers/provider.ts'
import {
  askToken,
  codeForm,
  grantForm,
  isAlive,
  learnSpeech,
  refreshForm,
  revokeToken,
  type Speech,
  tell,
} from '../support/vendor-speech.ts'

/** A client's day: a code, its tokens, their use, a refresh, a revocation. What a sandbox that changes meanwhile refuses is right. */
export async function flow(url: string, speech: Speech): Promise<void> {
  const first = await askToken(url, speech, await codeForm(url, speech))
  if (!first.ok) return
  if (speech.me !== undefined) await isAlive(url, speech, first.access_token)
  for (const grant of speech.grants) await askToken(url, speech, grantForm(speech, grant))
  if (first.refresh_token === undefined) return
  const second = await askToken(url, speech, refreshForm(first.refresh_token))
  if (second.ok && speech.revocation !== undefined) await revokeToken(url, speech, second.refresh_token ?? first.refresh_token)
}

/** What a person looks at: the dashboard's pages of a sandbox, its hints, its requests. */
export async function look(url: string, sandbox: string): Promise<void> {
  const pages = ['apps', 'requests', 'users', 'faults', 'sandbox', 'time'].map((page) => `/dashboard/${sandbox}/${page}`)
  const documents = ['hints', 'requests?limit=50', 'snapshot'].map((one) => `/_grantbox/sandboxes/${sandbox}/${one}`)
  for (const path of ['/dashboard', ...pages, ...documents]) {
    const answer = await fetch(url + path)
    await answer.arrayBuffer()
    if (answer.status >= 500) throw new Error(`${path}: ${answer.status}`)
  }
}

/** The proxy asked for a sandbox's host, by an absolute address and through a tunnel that ends here. */
export async function throughProxy(port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: `http://${host}/nothing/here`, headers: { host }, agent: false }, (answer) => {
      answer.resume().once('end', resolve)
    })
    sent.once('error', reject).end()
  })
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`))
    socket.once('data', () => socket.end(`GET /nothing/here HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))
    socket.on('data', () => {})
    socket.once('error', reject).once('close', () => resolve())
  })
}

const realm = { realm: 'shop', enabled: true, users: [{ username: 'gina', enabled: true, email: 'gina@example.com' }] }

/** A sandbox from its creation to its deletion, with all that may happen to one. */
export async function life(url: string, port: number, provider: Provider, name: string): Promise<void> {
  const at = `/sandboxes/${name}`
  const host = `${name}.example`
  const speech = await learnSpeech(url, provider, name)
  await tell(url, 'PATCH', at, { hosts: [host] })
  await flow(url, speech)
  await tell(url, 'POST', `${at}/faults`, { endpoint: 'token', times: 1, error: 'invalid_grant' })
  await tell(url, 'POST', `${at}/users/generate`, { count: 5 })
  const snapshot = await tell(url, 'GET', `${at}/snapshot`)
  if (provider.imports !== undefined) await tell(url, 'POST', `${at}/import`, realm)
  await tell(url, 'POST', `${at}/clock/advance`, { by: '2h' })
  await tell(url, 'PUT', `${at}/snapshot`, snapshot)
  await flow(url, speech)
  await throughProxy(port, host)
  await look(url, name)
  const exam = await fetch(`${url}/_grantbox${at}/exam`, { method: 'POST' })
  if (exam.status >= 500) throw new Error(`an exam of ${provider.id}: ${exam.status} ${await exam.text()}`)
  await exam.arrayBuffer()
  await tell(url, 'POST', `${at}/reset`)
  await tell(url, 'DELETE', at)
}
