import { clientCredentials, codeFlow, introspection, refresh, repeat, userinfo } from './conversations.ts'
import { request } from './load.ts'
import type { Entry } from './measure.ts'
import { absolute, tunnelled, withoutProxy } from './proxied.ts'
import { rs256Alone } from './signing.ts'
import { connections, type Subject, subjects } from './subjects.ts'

/** What is wanted of the first entry of a row, measured against another one. */
export interface Goal {
  against: string
  /** At least so many times as fast: by requests per second and by CPU. */
  times?: number
  /** By CPU alone. */
  byCpu?: true
  /** Its p50 and p99 are no worse. */
  latency?: boolean
}

/** A table: grantbox first, then who it is measured against. */
export interface Row {
  title: string
  clients: number
  entries(): Entry[]
  goals: readonly Goal[]
  /** p99 of the first entry in milliseconds. */
  p99?: number
  /** At least this share of what a part of the work alone allows, by requests per second and by CPU. */
  share?: { of: string; least: number; measure(): Promise<{ perSecond: number; cpu: number }> }
  /** What the reader of the table must know. */
  note?: string
}

const credentials = (subject: Subject): Entry => ({ subject, conversation: ({ dialect }) => clientCredentials(dialect) })
const refreshing = (subject: Subject): Entry => ({ subject, conversation: ({ dialect }) => refresh(dialect) })
const flow = (subject: Subject): Entry => ({ subject, conversation: ({ dialect }) => codeFlow(dialect), requestsEach: 2 })
const get = (subject: Subject, path: 'discovery' | 'jwks'): Entry => ({
  subject,
  conversation: ({ dialect }) => repeat(request('GET', dialect[path] ?? '/', {})),
})

/** Where it signs ID tokens: with its default, against which the goals are, and with what costs a tenth of it. */
const bothOidc = (): Subject[] => [subjects.oidc(), subjects.oidc('opaque', 'ES256')]

export const rows: readonly Row[] = [
  {
    title: 'client_credentials, HS256 JWT, `iokids`, journal on, database on disk',
    clients: connections,
    entries: () => [subjects.iokids(), subjects.nodeOauth(), subjects.emulate(), subjects.floor()].map(credentials),
    goals: [{ against: '@node-oauth/oauth2-server', times: 2 }],
  },
  {
    title: 'client_credentials, ES256, `standard`',
    clients: connections,
    entries: () => [subjects.standard(), subjects.mock('ES256'), subjects.oidc('jwt')].map(credentials),
    goals: [
      { against: 'oauth2-mock-server ES256', times: 2 },
      { against: 'oidc-provider ES256', times: 2 },
    ],
  },
  {
    title: 'client_credentials, RS256 (thread pool)',
    clients: connections,
    entries: () => [subjects.rsa(), subjects.mock('RS256')].map(credentials),
    goals: [],
    share: { of: 'what signing alone allows', least: 0.7, measure: () => rs256Alone(2) },
  },
  {
    title: 'refresh with rotation, on disk',
    clients: connections,
    entries: () => [subjects.iokids(), subjects.nodeOauth(), ...bothOidc(), subjects.emulate(), subjects.mock('ES256')].map(refreshing),
    goals: [
      { against: '@node-oauth/oauth2-server', times: 1.6 },
      { against: 'oidc-provider', times: 6, byCpu: true },
    ],
  },
  {
    title: 'refresh with rotation of `standard`, with `openid` and without',
    clients: connections,
    entries: () =>
      [
        subjects.refreshed('grantbox, ID token ES256 (`id_token_signing_alg`)', 'openid offline_access', { id_token_signing_alg: 'ES256' }),
        subjects.refreshed('grantbox, ID token RS256 (default)', 'openid offline_access'),
        subjects.refreshed('grantbox, without an ID token', 'read offline_access'),
        ...bothOidc(),
      ].map(refreshing),
    goals: [],
  },
  {
    title: 'code flow with PKCE (authorize and token, session present), ES256',
    clients: connections,
    entries: () => [subjects.standard(), subjects.nodeOauth(), ...bothOidc(), subjects.emulate(), subjects.mock('ES256')].map(flow),
    goals: [
      { against: '@node-oauth/oauth2-server', times: 1.2, byCpu: true },
      { against: 'emulate (okta)', times: 3 },
    ],
  },
  {
    title: 'discovery',
    clients: connections,
    entries: () => [subjects.openid(), subjects.floor()].map((subject) => get(subject, 'discovery')),
    goals: [{ against: 'fastify, a constant', times: 0.5 }],
  },
  {
    title: 'JWKS',
    clients: connections,
    entries: () => [subjects.openid(), subjects.floor()].map((subject) => get(subject, 'jwks')),
    goals: [{ against: 'fastify, a constant', times: 0.5 }],
  },
  {
    title: 'userinfo',
    clients: connections,
    entries: () => [subjects.openid(), subjects.oidc()].map((subject) => ({ subject, conversation: ({ dialect }) => userinfo(dialect) })),
    goals: [{ against: 'oidc-provider', times: 2 }],
  },
  {
    title: 'introspection',
    clients: connections,
    entries: () =>
      [subjects.openid(), subjects.oidc()].map((subject) => ({ subject, conversation: ({ dialect }) => introspection(dialect) })),
    goals: [{ against: 'oidc-provider', times: 2 }],
  },
  {
    title: 'client_credentials with `claims` templates',
    clients: connections,
    entries: () => [subjects.templates(), subjects.standard()].map(credentials),
    goals: [],
  },
  {
    title: 'client_credentials through the proxy, `iokids`',
    clients: connections,
    entries: () =>
      [tunnelled(), absolute(), { ...subjects.iokids(), name: 'grantbox, directly over http' }, withoutProxy()].map(credentials),
    goals: [{ against: 'grantbox, directly over http', times: 0.5 }],
  },
  {
    title: 'client_credentials over one connection',
    clients: 1,
    entries: () => [subjects.iokids(), subjects.nodeOauth()].map(credentials),
    goals: [{ against: '@node-oauth/oauth2-server', latency: true }],
  },
  {
    title: 'client_credentials over 50 connections',
    clients: 50,
    entries: () => [subjects.iokids(), subjects.nodeOauth()].map(credentials),
    goals: [],
    p99: 8,
  },
]
