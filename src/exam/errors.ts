/** The exam cannot begin: something that it needs is not there. */
export class CastError extends Error {
  override readonly name = 'CastError'
}

/** Another exam is going on in the sandbox. */
export class ExamRunningError extends Error {
  override readonly name = 'ExamRunningError'
}
