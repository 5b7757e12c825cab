import { expect, test } from 'vitest'
import { VendorHosts } from '../../src/sandbox/vendor-hosts.ts'

test('a host is the vendor’s who has its very name, else whose pattern it fits', () => {
  const hosts = new VendorHosts()
  hosts.set([
    { id: 'wide', hosts: ['*.Acme.example', 'idp.*.acme.example'] },
    { id: 'narrow', hosts: ['login.acme.example'] },
    { id: 'none' },
  ])
  expect(['login', 'graph', 'a.b'].map((name) => hosts.of(`${name}.acme.example`))).toEqual(['narrow', 'wide', undefined])
  expect(hosts.of('idp.eu-west-1.acme.example')).toBe('wide')
  expect(hosts.of('acme.example')).toBeUndefined()
  // Asked again it is remembered, until there are others.
  expect(hosts.of('graph.acme.example')).toBe('wide')
  hosts.set([{ id: 'other', hosts: ['graph.acme.example'] }])
  expect([hosts.of('graph.acme.example'), hosts.of('login.acme.example')]).toEqual(['other', undefined])
})

test('whoever asks by ever more names fills no memory, and is answered', () => {
  const hosts = new VendorHosts()
  hosts.set([{ id: 'one', hosts: ['*.acme.example'] }])
  for (let number = 0; number < 2500; number++) expect(hosts.of(`${number}.acme.example`)).toBe('one')
  expect(hosts.of('nobody.example')).toBeUndefined()
})
