import { z } from 'zod'
import { type Attestation, attestationOf, attestationType, lackingFor, signedAttestation } from '../../exam/attestation/attestation.ts'
import { badgeOf } from '../../exam/attestation/badge.ts'
import type { PublicJwk } from '../../oauth/jose/keys.ts'
import type { Addresses } from '../../sandbox/addresses.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes, textAnswer } from '../sandbox-routes.ts'
import { sitting } from './exam.ts'

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string(), alg: z.string() })) }).meta({ id: 'KeySet' })

/** What can be shown to others of an exam that was passed: by a key of the sandbox, and as a picture. */
export const examAttestation = sandboxRoutes('exam', ({ get }) => {
  const attestation = textAnswer('application/jwt', `A JWT of the type ${attestationType}, signed by the sandbox.`)
  get('/exam/attestation', 'A signed word that all that must hold was passed', { answer: attestation }, (call) => {
    call.reply.type('application/jwt')
    return attestationIn(call)
  })

  const badge = textAnswer('image/svg+xml', 'A picture for a README.')
  get('/exam/badge.svg', 'The same as a picture', { answer: badge }, (call) => {
    call.reply.type('image/svg+xml')
    return badgeIn(call)
  })

  get('/exam/jwks', 'The public keys by which attestations are checked', { answer: keySet }, ({ sandbox }) => keySetOf(sandbox))
})

/** The keys that a sandbox signs with: its vendor's, or those of a vendor that publishes none. */
export async function keySetOf({ keys }: Sandbox): Promise<{ keys: PublicJwk[] }> {
  return { keys: [...(await keys.publicKeys())] }
}

/** A sandbox and where it is, for whoever asks. */
interface Place {
  readonly sandbox: Sandbox
  readonly addresses: Pick<Addresses, 'issuer'>
}

/** The attestation of a sandbox's exam. @throws Problem as {@link passedIn} does */
export async function attestationIn(place: Place): Promise<string> {
  const { keys, provider } = place.sandbox
  return signedAttestation(await passedIn(place), keys, provider.signing_algs)
}

/** The badge of a sandbox's exam. @throws Problem as {@link passedIn} does */
export async function badgeIn(place: Place): Promise<string> {
  return badgeOf(await passedIn(place))
}

/** @throws Problem 404 without an exam, 409 for one that was not passed */
async function passedIn({ sandbox, addresses }: Place): Promise<Attestation> {
  const examined = (await sitting(sandbox)).examined()
  const lacking = lackingFor(examined)
  if (lacking.length > 0) throw new Problem(409, `There is no attestation of this exam: ${lacking.join('; ')}`)
  return attestationOf(examined, addresses.issuer)
}
