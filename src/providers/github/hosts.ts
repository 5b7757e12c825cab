/** The site, its API, and where pictures of users are. */
export const githubHosts = ['github.com', 'api.github.com', 'avatars.githubusercontent.com'] as const
