import { describe, expect, test } from 'vitest'

import { at, type Json, start } from '../support/control-api.ts'

describe('the description', () => {
  test('has every route with a summary, its parameters, and a schema for each answer', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const operations = Object.entries(body.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
    )
    expect(operations.map(({ name }) => name).sort()).toEqual(
      [
        'DELETE /_grantbox/sandboxes/{sandbox}',
        'DELETE /_grantbox/sandboxes/{sandbox}/apps/{app}',
        'GET /_grantbox/sandboxes/{sandbox}/clients/{client_id}/key-file',
        'DELETE /_grantbox/sandboxes/{sandbox}/clients/{client_id}',
        'DELETE /_grantbox/sandboxes/{sandbox}/callbacks',
        'DELETE /_grantbox/sandboxes/{sandbox}/faults',
        'DELETE /_grantbox/sandboxes/{sandbox}/faults/{id}',
        'DELETE /_grantbox/sandboxes/{sandbox}/grants/{id}',
        'DELETE /_grantbox/sandboxes/{sandbox}/outbox',
        'DELETE /_grantbox/sandboxes/{sandbox}/requests',
        'DELETE /_grantbox/sandboxes/{sandbox}/spaces/{space}',
        'DELETE /_grantbox/sandboxes/{sandbox}/users/{username}',
        'GET /_grantbox/ca.pem',
        'GET /_grantbox/health',
        'GET /_grantbox/openapi.json',
        'GET /_grantbox/providers',
        'GET /_grantbox/providers/{name}',
        'PUT /_grantbox/providers/{name}',
        'DELETE /_grantbox/providers/{name}',
        'GET /_grantbox/proxy',
        'GET /_grantbox/proxy.pac',
        'GET /_grantbox/sandboxes',
        'GET /_grantbox/sandboxes/{sandbox}',
        'GET /_grantbox/sandboxes/{sandbox}/apps',
        'GET /_grantbox/sandboxes/{sandbox}/apps/{app}',
        'GET /_grantbox/sandboxes/{sandbox}/backchannel_requests',
        'GET /_grantbox/sandboxes/{sandbox}/callbacks',
        'GET /_grantbox/sandboxes/{sandbox}/clock',
        'GET /_grantbox/sandboxes/{sandbox}/faults',
        'GET /_grantbox/sandboxes/{sandbox}/grants',
        'GET /_grantbox/sandboxes/{sandbox}/grants/{id}',
        'GET /_grantbox/sandboxes/{sandbox}/exam',
        'POST /_grantbox/import',
        'GET /_grantbox/sandboxes/{sandbox}/exam/attestation',
        'GET /_grantbox/sandboxes/{sandbox}/exam/badge.svg',
        'GET /_grantbox/sandboxes/{sandbox}/exam/jwks',
        'POST /_grantbox/sandboxes/{sandbox}/exam',
        'POST /_grantbox/sandboxes/{sandbox}/exam/next',
        'POST /_grantbox/sandboxes/{sandbox}/exam/signal',
        'DELETE /_grantbox/sandboxes/{sandbox}/exam',
        'GET /_grantbox/sandboxes/{sandbox}/hints',
        'GET /_grantbox/sandboxes/{sandbox}/http/requests.http',
        'GET /_grantbox/sandboxes/{sandbox}/keys',
        'GET /_grantbox/sandboxes/{sandbox}/outbox',
        'GET /_grantbox/sandboxes/{sandbox}/postman/collection.json',
        'GET /_grantbox/sandboxes/{sandbox}/postman/environment.json',
        'GET /_grantbox/sandboxes/{sandbox}/requests',
        'GET /_grantbox/sandboxes/{sandbox}/requests.har',
        'GET /_grantbox/sandboxes/{sandbox}/requests/stream',
        'GET /_grantbox/sandboxes/{sandbox}/snapshot',
        'GET /_grantbox/sandboxes/{sandbox}/spaces',
        'GET /_grantbox/sandboxes/{sandbox}/spaces/{space}',
        'GET /_grantbox/sandboxes/{sandbox}/users',
        'GET /_grantbox/sandboxes/{sandbox}/users/{username}',
        'PATCH /_grantbox/sandboxes/{sandbox}',
        'PATCH /_grantbox/sandboxes/{sandbox}/apps/{app}',
        'PATCH /_grantbox/sandboxes/{sandbox}/clients/{client_id}',
        'PATCH /_grantbox/sandboxes/{sandbox}/clock',
        'PATCH /_grantbox/sandboxes/{sandbox}/spaces/{space}',
        'PATCH /_grantbox/sandboxes/{sandbox}/users/{username}',
        'POST /_grantbox/sandboxes',
        'POST /_grantbox/sandboxes/{sandbox}/apps',
        'POST /_grantbox/sandboxes/{sandbox}/apps/{app}/clients',
        'POST /_grantbox/sandboxes/{sandbox}/authorize',
        'POST /_grantbox/sandboxes/{sandbox}/backchannel_requests/{id}',
        'POST /_grantbox/sandboxes/{sandbox}/clients/{client_id}/secret',
        'POST /_grantbox/sandboxes/{sandbox}/clock/advance',
        'POST /_grantbox/sandboxes/{sandbox}/device',
        'POST /_grantbox/sandboxes/{sandbox}/faults',
        'POST /_grantbox/sandboxes/{sandbox}/import',
        'POST /_grantbox/sandboxes/{sandbox}/keys',
        'POST /_grantbox/sandboxes/{sandbox}/keys/publish',
        'POST /_grantbox/sandboxes/{sandbox}/keys/rotate',
        'POST /_grantbox/sandboxes/{sandbox}/reset',
        'POST /_grantbox/sandboxes/{sandbox}/spaces',
        'POST /_grantbox/sandboxes/{sandbox}/tokens',
        'POST /_grantbox/sandboxes/{sandbox}/tokens/expire',
        'POST /_grantbox/sandboxes/{sandbox}/users',
        'POST /_grantbox/sandboxes/{sandbox}/users/generate',
        'POST /_grantbox/sandboxes/{sandbox}/users/{username}/events',
        'PUT /_grantbox/sandboxes/{sandbox}',
        'PUT /_grantbox/sandboxes/{sandbox}/snapshot',
      ].sort(),
    )
    for (const { name, operation } of operations) {
      expect(operation.summary, name).toEqual(expect.any(String))
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const described = ((operation.parameters ?? []) as Json[]).filter((parameter) => parameter.in === 'path')
      expect(
        described.map((parameter) => parameter.name),
        name,
      ).toEqual(inPath)
      const answers = Object.entries(operation.responses as Record<string, Json>)
      expect(answers.length, name).toBeGreaterThan(1)
      for (const [status, answer] of answers) {
        expect(answer.description, `${name} ${status}`).toEqual(expect.any(String))
        if (status !== '204') expect(Object.values(answer.content as Record<string, Json>)[0]?.schema, `${name} ${status}`).toBeDefined()
      }
      if (/^(POST|PATCH|PUT)/.test(name) && !/(reset|publish)$/.test(name))
        expect(at(operation, 'requestBody', 'content', 'application/json', 'schema'), name).toBeDefined()
    }
  })

  test('refers only to what it holds, and says what a setting may be', async () => {
    const { call } = await start()
    const { text, body } = await call('GET', '/openapi.json')
    const schemas = at(body, 'components', 'schemas') as Json
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => String(name))
    expect(referred).toContain('Problem')
    expect(referred.filter((name) => !(name in schemas))).toEqual([])
    const settings = at(
      body,
      'paths',
      '/_grantbox/sandboxes/{sandbox}',
      'patch',
      'requestBody',
      'content',
      'application/json',
      'schema',
      'properties',
      'settings',
    )
    expect(JSON.stringify(at(settings, 'properties', 'rotation'))).toContain('["lenient","strict","off","keep"]')
  })
})
