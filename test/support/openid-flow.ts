import * as client from 'openid-client'

/** How openid-client begins the code flow with PKCE at `standard`, and the verifier that it keeps. */
export async function beginCodeFlow(config: client.Configuration): Promise<{ address: URL; pkceCodeVerifier: string }> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: 'http://localhost:5555/callback',
    scope: 'openid email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return { address, pkceCodeVerifier }
}
