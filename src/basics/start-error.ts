/** Something that keeps grantbox from starting; its message says what is wrong and how to mend it, and stands alone. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
  }
}
