import { createHmac } from 'node:crypto'
import { app } from '../../vendors/facebook/facebook-app.ts'
import type { Proofs } from './proofs.ts'

/** Proofs in addresses that a call comes from the app's server: of its token, with its secret. */
export const appSecretProofs: Proofs = {
  in_urls: true,
  mark: (text) => text.replace(/\bappsecret_proof=[0-9a-f]{64}/, 'appsecret_proof={{proof}}'),
  fill: (text) =>
    text.replace('{{proof}}', () => {
      const token = /\baccess_token=([^&]+)/.exec(text)?.[1] ?? ''
      return createHmac('sha256', app.client_secret).update(decodeURIComponent(token)).digest('hex')
    }),
}
