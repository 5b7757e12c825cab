import type { RequestCollection } from './collection.ts'
import type { Provider } from './provider.ts'
import { pathIn, spaceNamed } from './space.ts'

/** A vendor's requests in the space that one of its worlds is: `{realm}` in a path stands for its name. */
export function collectionIn({ provider, space }: { provider: Provider; space: string }): RequestCollection {
  const { collection } = provider
  const at = spaceNamed(space, provider)
  if (at === undefined) return collection
  const { signIn, folders } = collection
  return {
    ...collection,
    ...(signIn !== undefined && {
      signIn: { ...signIn, authorizePath: pathIn(at, signIn.authorizePath), tokenPath: pathIn(at, signIn.tokenPath) },
    }),
    folders: folders.map(({ name, requests }) => ({
      name,
      requests: requests.map((request) => ({ ...request, path: pathIn(at, request.path) })),
    })),
  }
}
