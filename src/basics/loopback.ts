/** Names and addresses of this machine for itself; an IPv6 address may stand in brackets. */
const loopback = /^(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether a host's name, without its port, leads to this machine alone. */
export function isLoopbackName(name: string): boolean {
  return loopback.test(name)
}
