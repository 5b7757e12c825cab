import { type TokenNode, viewLineage } from '../../control/views/grant.ts'
import type { GrantEntry, TokenName } from '../../oauth/model/grant-book.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { agoInWords, clockTime } from '../frame/words.ts'
import { foundIn } from '../requests/tokens-in.ts'
import type { Flow } from './flows-in.ts'

/** A code or token and what came of it. */
export interface TreeNode {
  label: string
  state: string
  isBad: boolean
  /** When it was issued, used and expires. */
  times: string
  /** Where the form is posted that ends it, and what it can be told; absent for what is over, and where there is no such form. */
  ends?: { action: string; by: readonly ('expire' | 'revoke')[] } | undefined
  /** Why it is worth nothing, or that somebody tried it after its time. */
  reason?: string | undefined
  children: readonly TreeNode[]
}

/**
 * The family of a grant's tokens, the code at its root when there was one.
 * @param actionOf where a token is ended by hand
 */
export function tokenTree(
  entry: GrantEntry,
  flow: Flow | undefined,
  sandbox: Sandbox,
  actionOf: (token: TokenName) => string | undefined = () => undefined,
): TreeNode[] {
  const lineage = viewLineage(entry, sandbox.grants.lineageOf(entry.grant), sandbox)
  const now = sandbox.clock.now()
  const refused = refusedTokens(flow, sandbox)
  const isWhole = entry.grant.revoked_at === null && entry.user?.disabled !== true
  // What holds for the whole family is said above it, once.
  const why = (state: string, expires_at: string | null) => {
    if (state === 'revoked') return isWhole ? 'it was revoked by itself' : undefined
    return state === 'expired' && expires_at !== null ? `expired ${agoInWords(Date.parse(expires_at), now)}` : undefined
  }
  const node = (token: TokenNode): TreeNode => {
    const tried = refused.get(`${token.use} ${token.id}`)
    const reason = tried ?? why(token.state, token.expires_at)
    const uses = token.uses?.length ?? 0
    const action = token.state === 'active' ? actionOf(token) : undefined
    return {
      label: token.use === 'access' ? 'Access token' : 'Refresh token',
      state: tried === undefined || token.use === 'access' ? token.state : 'used again',
      isBad: reason !== undefined,
      times: [
        `issued ${timeOf(token.issued_at)}`,
        ...(typeof token.used_at === 'string' ? [`used ${timeOf(token.used_at)}`] : []),
        ...(uses === 0 ? [] : [uses === 1 ? 'one request' : `${uses} requests`]),
        ...(token.state === 'active' && token.expires_at !== null ? [`expires ${agoInWords(Date.parse(token.expires_at), now)}`] : []),
      ].join(' · '),
      ends: action === undefined ? undefined : { action, by: token.use === 'access' ? ['expire', 'revoke'] : ['expire'] },
      reason,
      children: (token.tokens ?? []).map(node),
    }
  }
  const tokens = lineage.tokens.map(node)
  const { code } = lineage
  if (code === null) return tokens
  const tried = refused.get('code')
  const state = code.used_at === null ? code.state : 'redeemed'
  const reason = tried ?? why(state, code.expires_at)
  return [
    {
      label: 'Authorization code',
      state: tried === undefined ? state : 'used again',
      isBad: reason !== undefined,
      times: [`issued ${timeOf(code.issued_at)}`, ...(code.used_at === null ? [] : [`redeemed ${timeOf(code.used_at)}`])].join(' · '),
      reason,
      children: tokens,
    },
  ]
}

/** More would not be read. */
const mostNodes = 200

/** The youngest generations of a family, and how many of its nodes are left out because they are older. */
export function youngest(tree: readonly TreeNode[]): { nodes: readonly TreeNode[]; left: number } {
  let nodes = tree
  let left = 0
  const total = sizeOf(tree)
  while (total - left > mostNodes) {
    const next = nodes.flatMap(({ children }) => children)
    if (next.length === 0) break
    left += nodes.length
    nodes = next
  }
  return { nodes, left }
}

function sizeOf(tree: readonly TreeNode[]): number {
  return tree.reduce((size, { children }) => size + 1 + sizeOf(children), 0)
}

/** The explanation of the newest refusal of each code and token that the flow carried. */
function refusedTokens(flow: Flow | undefined, { tokens }: Sandbox): Map<string, string> {
  const refused = new Map<string, string>()
  for (const entry of flow?.entries ?? []) {
    const { error, explanation, grant_type, endpoint } = entry
    if (error === undefined || explanation === undefined || entry.status < 400) continue
    if (endpoint === 'token' && grant_type === 'authorization_code') refused.set('code', explanation)
    for (const { name, token } of foundIn(entry)) {
      const use = name === 'refresh_token' ? 'refresh' : 'access'
      // Whom a token of a token request failed for is not always the token's own fault.
      if (endpoint === 'token' && grant_type !== 'refresh_token') continue
      const id = tokens[use].keyOf(token)
      if (id !== undefined) refused.set(`${use} ${id}`, explanation)
    }
  }
  return refused
}

function timeOf(rfc3339: string): string {
  return clockTime(Date.parse(rfc3339)).slice(0, 8)
}
