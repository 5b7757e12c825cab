import { expect, test } from 'vitest'
import { hostOf, isHostOf } from '../../src/providers/hosts.ts'
import { proxyAutoConfiguration } from '../../src/proxy/pac.ts'

const pattern = 'idp.*.vendor.example'

test.each([
  ['idp.eu-1.vendor.example', true],
  ['idp..vendor.example', false],
  ['idp.vendor.example', false],
  ['idp.a.b.vendor.example', false],
  ['x.idp.eu-1.vendor.example', false],
  ['idp.eu-1.vendor.example.evil.example', false],
  ['idpxeu-1xvendorxexample', false],
])('a star in the middle of a host name is one label: %s', (name, expected) => {
  expect(isHostOf(name, pattern)).toBe(expected)
  const file = proxyAutoConfiguration(['plain.example', pattern], 'localhost:1')
  const find: unknown = new Function(`'use strict'; ${file}; return FindProxyForURL`)()
  if (typeof find !== 'function') throw new Error('no FindProxyForURL')
  expect(find(`https://${name}/`, name)).toBe(expected ? 'PROXY localhost:1' : 'DIRECT')
})

test.each([
  ['token', 'a.sign-in.eu-1.vendor.example:443', 'a.sign-in.eu-1.vendor.example'],
  ['token', 'idp.eu-1.vendor.example', 'demo.sign-in.eu-1.vendor.example'],
  ['issuer', 'a.sign-in.eu-1.vendor.example', 'idp.eu-1.vendor.example'],
  ['issuer', 'a.customers.vendor.example', '{tenant}.customers.vendor.example'],
  ['jwks', 'idp.eu-1.vendor.example', undefined],
  ['token', 'localhost', undefined],
])('of several hosts of %s the one that was asked, %s, else the first', (endpoint, asked, host) => {
  const provider = {
    hosts: [pattern, '*.sign-in.*.vendor.example', '*.customers.vendor.example'],
    endpoint_hosts: {
      token: ['demo.sign-in.eu-1.vendor.example', '*.sign-in.*.vendor.example'],
      issuer: ['idp.eu-1.vendor.example', '{tenant}.customers.vendor.example'],
    },
  }
  expect(hostOf(endpoint, asked, provider)).toBe(host)
})
