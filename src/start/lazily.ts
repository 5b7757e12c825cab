/** Makes something on first need, once. */
export function lazily<T>(make: () => Promise<T>): (() => Promise<T>) & { made?: Promise<T> } {
  const get: (() => Promise<T>) & { made?: Promise<T> } = () => {
    get.made ??= make()
    return get.made
  }
  return get
}
