import { z } from 'zod'
import { isSecretIn } from '../../oauth/clients/dialect.ts'
import type { AccessTokenRecord, GrantEntry, Lineage, RefreshTokenRecord } from '../../oauth/model/grant-book.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { rfc3339, shownSpace, time } from '../schemas.ts'
import { maskUrl } from './masking.ts'

const grantMembers = {
  id: z.number(),
  grant_type: z.string().describe('How it came about.'),
  client_id: z.string(),
  app: z.string().describe('The name of the app.'),
  username: z.string().nullable().describe('Null for what a client has by itself.'),
  scope: z.string(),
  active: z.boolean(),
  created_at: time,
  space: shownSpace,
  revoked_at: time.nullable(),
  revoked_reason: z.string().nullable(),
}

/** A grant in a list. */
export const grantView = z.object(grantMembers).meta({ id: 'Grant' })

const state = z.enum(['active', 'used', 'expired', 'revoked'])

const use = z.object({
  time,
  endpoint: z.string(),
  method: z.string(),
  url: z.string(),
  status: z.number(),
  client_id: z.string().nullable(),
})

const codeView = z
  .object({
    issued_at: time,
    expires_at: time,
    used_at: time.nullable(),
    used_by: z.string().nullable().describe('The client_id.'),
    scope: z.string(),
    state,
  })
  .meta({ id: 'GrantCode' })

const tokenMembers = { id: z.number(), scope: z.string(), issued_at: time, state }

/** A token and, of a refresh token, what its use brought. */
export interface TokenNode {
  use: 'access' | 'refresh'
  id: number
  scope: string
  issued_at: string
  state: z.output<typeof state>
  expires_at: string | null
  used_at?: string | null | undefined
  used_by?: string | null | undefined
  uses?: z.output<typeof use>[] | undefined
  tokens?: TokenNode[] | undefined
}

const tokenNode: z.ZodType<TokenNode> = z
  .object({
    ...tokenMembers,
    use: z.enum(['access', 'refresh']),
    expires_at: time.nullable(),
    used_at: time.nullable().optional().describe('Of a refresh token: when it brought its successor.'),
    used_by: z.string().nullable().optional().describe('Of a refresh token: the client_id.'),
    uses: z.array(use).optional().describe('Of an access token: the requests in the journal that carried it.'),
    get tokens() {
      return z.array(tokenNode).optional().describe('Of a refresh token: what was issued for it.')
    },
  })
  .meta({ id: 'GrantToken' })

/** A grant with all that descended from it. */
export const lineageView = z
  .object({
    ...grantMembers,
    code: codeView.nullable(),
    tokens: z.array(tokenNode).describe('What was issued first; a refresh token has what was issued for it below it.'),
  })
  .meta({ id: 'GrantLineage' })

export function viewGrant({ grant, client, user }: GrantEntry): z.output<typeof grantView> {
  return {
    id: grant.id,
    grant_type: grant.grant_type,
    client_id: client.client_id,
    app: client.app.name,
    username: user?.username ?? null,
    scope: grant.scope,
    active: grant.revoked_at === null && user?.disabled !== true,
    created_at: rfc3339(grant.created_at),
    revoked_at: when(grant.revoked_at),
    revoked_reason: grant.revoked_reason,
  }
}

export function viewLineage(entry: GrantEntry, lineage: Lineage, sandbox: Sandbox): z.output<typeof lineageView> {
  const now = sandbox.clock.now()
  const view = viewGrant(entry)
  const stateOf = (expires_at: number | null, revoked_at: number | null, used_at: number | null): TokenNode['state'] => {
    if (!view.active || revoked_at !== null) return 'revoked'
    if (used_at !== null) return 'used'
    return expires_at !== null && expires_at <= now ? 'expired' : 'active'
  }
  const uses = Map.groupBy(
    sandbox.journal.list().filter(({ grant_id }) => grant_id === entry.grant.id),
    (request) => carriedBy(request, sandbox),
  )
  const access = (token: AccessTokenRecord): TokenNode => ({
    use: 'access',
    id: token.id,
    scope: token.scope,
    issued_at: rfc3339(token.issued_at),
    expires_at: rfc3339(token.expires_at),
    state: stateOf(token.expires_at, token.revoked_at, null),
    uses: (uses.get(token.id) ?? []).map((one) => viewUse(one, sandbox)),
  })
  const refresh = (token: RefreshTokenRecord): TokenNode => ({
    use: 'refresh',
    id: token.id,
    scope: token.scope,
    issued_at: rfc3339(token.issued_at),
    expires_at: when(token.expires_at),
    state: stateOf(
      token.expires_at,
      entry.grant.revoked_reason === null ? null : now,
      ['off', 'keep'].includes(sandbox.settings.rotation) ? null : token.used_at,
    ),
    used_at: when(token.used_at),
    used_by: token.used_at === null ? null : view.client_id,
    tokens: issuedFor(token.id),
  })
  const kept = new Set<number | null>(lineage.refresh_tokens.map((token) => token.id))
  /** What came of a token that was pruned stands first now. */
  const keptId = (id: number | null) => (kept.has(id) ? id : null)
  /** What the use of a refresh token brought; null for what came first. */
  const issuedFor = (parent_id: number | null): TokenNode[] => {
    const successors = lineage.refresh_tokens.filter((token) => keptId(token.parent_id) === parent_id)
    const ids = new Set<number | null>(successors.map((token) => token.id))
    if (parent_id === null) ids.add(null)
    return [...lineage.access_tokens.filter((token) => ids.has(keptId(token.refresh_id))).map(access), ...successors.map(refresh)]
  }
  const [code] = lineage.codes
  return {
    ...view,
    code:
      code === undefined
        ? null
        : {
            issued_at: rfc3339(code.issued_at),
            expires_at: rfc3339(code.expires_at),
            used_at: when(code.used_at),
            used_by: code.used_at === null ? null : view.client_id,
            scope: code.scope,
            state: stateOf(code.expires_at, null, code.used_at),
          },
    tokens: issuedFor(null),
  }
}

/** The key of the access token that a request carried. */
function carriedBy({ request_headers }: JournalEntry, { tokens }: Sandbox): number | undefined {
  const { authorization } = request_headers
  const presented = presentedToken(typeof authorization === 'string' ? authorization : undefined, undefined)
  return presented === undefined ? undefined : tokens.access.keyOf(presented.token)
}

function viewUse(entry: JournalEntry, { requests }: Sandbox): z.output<typeof use> {
  const { endpoint, method, url, status, client_id = null } = entry
  return { time: rfc3339(entry.time), endpoint, method, url: maskUrl(url, isSecretIn(requests)), status, client_id }
}

function when(milliseconds: number | null): string | null {
  return milliseconds === null ? null : rfc3339(milliseconds)
}
