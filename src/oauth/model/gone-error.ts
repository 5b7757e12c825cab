/** What a request had found was deleted by another one before the first was done with it: a client, a user, a grant, a sandbox. */
export class GoneError extends Error {
  constructor(options?: ErrorOptions) {
    super('what this request is about was deleted meanwhile', options)
    this.name = 'GoneError'
  }
}
