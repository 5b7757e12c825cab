/** The vendor's hosts: its pages, its API, and where Limited Login has its keys. */
export const facebookHosts: readonly string[] = [
  'www.facebook.com',
  'graph.facebook.com',
  'limited.facebook.com',
  'm.facebook.com',
  'facebook.com',
]
