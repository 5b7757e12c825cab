import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGrantbox } from 'grantbox'

/** @type {import('grantbox').Grantbox} */
let box

before(async () => {
  box = await startGrantbox()
})

after(() => box.close())

const client = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }

/** @param {string} url @param {Record<string, string>} form */
const post = async (url, form) => (await fetch(url, { method: 'POST', body: new URLSearchParams({ ...client, ...form }) })).json()

test('the code of a sign-in brings tokens for the API', async () => {
  const sandbox = await box.createSandbox()
  const redirect_uri = 'http://localhost/callback'
  const { code = '' } = await sandbox.authorize({
    client_id: client.client_id,
    redirect_uri,
    username: 'beautifulmeercat246',
    scope: 'profile',
  })
  const { access_token } = await post(`${sandbox.url}/oauth/token`, { grant_type: 'authorization_code', code, redirect_uri })
  const me = await fetch(`${sandbox.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
  assert.equal(me.status, 200)
})

test('a token that was revoked is refused, and the journal says why', async () => {
  const sandbox = await box.createSandbox()
  const { access_token } = await sandbox.tokens.mint({ client_id: client.client_id, username: 'beautifulmeercat246' })
  const [grant] = await sandbox.grants.list()
  await sandbox.grants.revoke(grant?.id ?? 0)
  const me = await fetch(`${sandbox.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
  assert.equal(me.status, 401)
  const { explanation } = await sandbox.requests.wait({ endpoint: 'api' })
  assert.match(explanation ?? '', /revoked/)
})
