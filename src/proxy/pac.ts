/**
 * A proxy auto-configuration file: browsers ask this proxy for the hosts that it answers, and all others go their own way.
 * @param hosts `*.` names are one name below each
 * @param proxy host and port of this proxy
 */
export function proxyAutoConfiguration(hosts: readonly string[], proxy: string): string {
  // As strings, whatever is in them: a name is no pattern, and none is a script.
  const names = hosts.filter((host) => !host.startsWith('*.'))
  const suffixes = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  return `function FindProxyForURL(url, host) {
  var name = host.toLowerCase().replace(/[.]$/, "")
  var dot = name.indexOf(".")
  var isKnown = ${JSON.stringify(names)}.indexOf(name) >= 0 || (dot > 0 && ${JSON.stringify(suffixes)}.indexOf(name.slice(dot)) >= 0)
  return isKnown ? ${JSON.stringify(`PROXY ${proxy}`)} : "DIRECT"
}
`
}
