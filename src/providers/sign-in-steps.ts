import type { AuthorizationRequest, Interaction } from '../oauth/model/records.ts'
import type { Context } from '../oauth/realm/context.ts'

/**
 * A vendor's own address of a sign-in that is under way, to which its forms go, and to which a browser is sent that came with a pushed
 * request which stays good until somebody has signed in.
 */
export interface SignInSteps {
  readonly path: string
  /** Whoever has to sign in is sent there at once, and not only with a pushed request. */
  readonly at_once?: true
  /** The page of the vendor's accounts to which a request leads in its place. */
  readonly instead?: (request: AuthorizationRequest) => string | undefined
  /** Which of the query's parameters is the sign-in's id. */
  readonly id: string
  newId(): string
  /** The query, the id among it. */
  query(interaction: Pick<Interaction, 'id' | 'request' | 'client'>): Readonly<Record<string, string>>
  /** Where else a sign-in leads that has just begun, below the sandbox's own address. */
  leads?(interaction: Pick<Interaction, 'id' | 'request' | 'client'>, context: Context): string | undefined
  /** Where else its page lets users go. */
  links?(
    interaction: Pick<Interaction, 'id' | 'request' | 'client'>,
    context: Context,
  ): readonly { readonly id: string; readonly text: string; readonly path: string }[]
}
