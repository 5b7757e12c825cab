const { beforeEach, expect, test } = require('@jest/globals')

const url = process.env.GRANTBOX_URL
const client = { client_id: 'standard-web', client_secret: 'standard-web-secret' }

/** The control API, which needs no library. */
async function control(method, path, body) {
  const answer = await fetch(`${url}/_grantbox/sandboxes${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return answer.json()
}

async function post(sandbox, form) {
  const answer = await fetch(`${sandbox.base_url}/token`, { method: 'POST', body: new URLSearchParams({ ...client, ...form }) })
  return { status: answer.status, body: await answer.json() }
}

let sandbox

beforeEach(async () => {
  sandbox = await control('POST', '', { provider: 'standard' })
})

test('a refresh that fails twice works the third time', async () => {
  const { refresh_token } = await control('POST', `/${sandbox.name}/tokens`, { client_id: client.client_id, username: 'alice' })
  await control('POST', `/${sandbox.name}/faults`, { endpoint: 'token', times: 2, error: 'temporarily_unavailable' })
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await post(sandbox, { grant_type: 'refresh_token', refresh_token })).status)
  expect(statuses).toEqual([503, 503, 200])
})
