/**
 * What is there at once or later. Nearly everything that a token request needs is there at once, and to wait for it all the same
 * would cost as much as the rest: each `await` of an async function keeps its whole state on the heap.
 */
export type MaybePromise<T> = T | Promise<T>

/** Goes on with a value: at once, unless it is a promise. */
export function after<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
