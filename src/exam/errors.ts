/** The exam cannot begin: something that it needs is not there. */
export class CastError extends Error {
  override readonly name = 'CastError'
}

/** Another exam is going on in the sandbox. */
export class ExamRunningError extends Error {
  override readonly name = 'ExamRunningError'
}

/** Who waited for the next task is not the last one who asked for it. */
export class AskedAnewError extends Error {
  override readonly name = 'AskedAnewError'
}
