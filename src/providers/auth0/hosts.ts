/** A tenant's own host, of the oldest and of the regions. */
export const auth0Hosts: readonly string[] = [
  '*.auth0.com',
  ...['us', 'eu', 'au', 'jp', 'uk', 'ca'].map((region) => `*.${region}.auth0.com`),
]
