import type { FastifyReply } from 'fastify'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { Interaction } from '../../oauth/model/records.ts'
import type { SignInPlaces } from '../../providers/sign-in-places.ts'
import { explain } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { signInPage } from './pages.ts'

/** A user said where he signs in. */
export function signInAt(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  named: string,
  { find, parameter }: SignInPlaces,
): MaybePromise<void> {
  const { sandbox, context } = exchange
  const place = find(named, sandbox)
  if (place === undefined) {
    const explanation = `'${named}' is none of the places in sandbox '${sandbox.name}' where users sign in`
    explain(exchange, { code: 'access_denied', reason: 'space_unknown', explanation }, reply)
    return signInPage(reply, exchange, interaction, { step: 'place', username: named, error: sandbox.provider.sign_in?.place?.unknown })
  }
  context.realm.requests?.checks?.({ [parameter]: place.id }, interaction.client, context)
  const request = { ...interaction.request, parameters: { ...interaction.request.parameters, [parameter]: place.id } }
  sandbox.store.setInteractionRequest(interaction.id, request)
  return signInPage(reply, exchange, { ...interaction, request })
}
