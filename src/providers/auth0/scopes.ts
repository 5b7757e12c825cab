/** What users may let apps know of them. */
export const userScopes: Readonly<Record<string, string>> = {
  openid: 'Who you are',
  profile: 'Your name and profile',
  email: 'Your e-mail address',
  address: 'Your postal address',
  phone: 'Your phone number',
  offline_access: 'Access while you are away',
}

const verbs = ['read', 'create', 'update', 'delete'] as const

/** What of a tenant's management is served here. */
export const managementScopes: Readonly<Record<string, string>> = Object.fromEntries(
  ['users', 'roles', 'organizations', 'clients', 'connections', 'resource_servers'].flatMap((things) =>
    verbs.map((verb) => [`${verb}:${things}`, `Management: ${verb} ${things.replace('_', ' ')}`]),
  ),
)
