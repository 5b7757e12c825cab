import { finding, type Rule } from '../rule.ts'
import { type Asked, type Traffic, text } from '../traffic.ts'
import { withoutSignIn } from '../unseen.ts'

const profiles = ['mcp'] as const
const resourceOf = ({ sent }: Asked) => JSON.stringify([sent.resource ?? []].flat())

/** Authorization requests and code exchanges without a resource, and else exchanges with one that nobody asked for. */
function astray({ authorizations, exchanges }: Traffic): Asked[] {
  const redeeming = exchanges.filter(({ sent }) => sent.code !== undefined)
  const bare = [...authorizations, ...redeeming].filter(({ sent }) => sent.resource === undefined)
  if (bare.length > 0 || authorizations.length === 0) return bare
  const asked = new Set(authorizations.map(resourceOf))
  return redeeming.filter((one) => !asked.has(resourceOf(one)))
}

const resource: Rule = {
  id: 'mcp-resource',
  level: 'must',
  source: 'MCP authorization (2025-11-25), RFC 8707 §2',
  why: 'A token that is for no server in particular works at any, also at a dishonest one.',
  mend: "Send the server's canonical URI as `resource`, in the authorization request and in the token request.",
  profiles,
  profilesOnly: true,
  unseen: withoutSignIn,
  find: (traffic) =>
    finding(
      astray(traffic).map(({ entry }) => entry),
      'The resource is missing in an authorization request or a token request, or differs between them.',
    ),
}

const state: Rule = {
  id: 'mcp-state',
  level: 'should',
  source: 'MCP authorization (2025-11-25), OAuth 2.1 §4.1.1',
  why: 'An answer that nobody asked for cannot be told from the right one.',
  mend: 'Send a `state` and compare it at the callback; in the TypeScript SDK implement `state()`.',
  profiles,
  profilesOnly: true,
  unseen: withoutSignIn,
  find: ({ authorizations }) =>
    finding(
      authorizations.filter(({ sent }) => text(sent, 'state') === undefined).map(({ entry }) => entry),
      'An authorization request has no state.',
    ),
}

/** What the Model Context Protocol asks of its clients beyond the rest. */
export const mcp: readonly Rule[] = [resource, state]
