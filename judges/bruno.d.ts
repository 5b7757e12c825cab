/** What Bruno's converter brings no types for, as far as it is used. */
declare module '@usebruno/converters' {
  interface Pair {
    name: string
    value: string
  }

  interface BrunoItem {
    name: string
    request: {
      url: string
      method: string
      headers: Pair[]
      params: Pair[]
      auth: { mode: string; basic: unknown; bearer: unknown; oauth2: object | null }
      body: { mode: string; json: string | null; formUrlEncoded: Pair[] }
      docs: string
      script: { res?: string }
    }
  }

  interface BrunoCollection {
    name: string
    items: { name: string; items: BrunoItem[] }[]
    root: { docs: string; request: { auth: BrunoItem['request']['auth']; script: { req?: string }; vars: { req?: Pair[] } } }
  }

  export function postmanToBruno(collection: object): Promise<{ collection: BrunoCollection }>
  export function postmanToBrunoEnvironment(environment: object): Promise<{ name: string; variables: (Pair & { enabled: boolean })[] }>
}
