/**
 * A proxy auto-configuration file: browsers ask this proxy for the hosts that it answers, and all others go their own way.
 * @param hosts a label `*` stands for any
 * @param proxy host and port of this proxy
 */
export function proxyAutoConfiguration(hosts: readonly string[], proxy: string): string {
  // As strings, whatever is in them: a name is no script.
  const names = hosts.filter((host) => !host.includes('*'))
  const patterns = hosts.filter((host) => host.includes('*'))
  return `function FindProxyForURL(url, host) {
  var name = host.toLowerCase().replace(/[.]$/, "")
  var labels = name.split(".")
  function isLike(host) {
    var pattern = host.split(".")
    return pattern.length === labels.length && pattern.every(function (label, at) {
      return label === labels[at] || (label === "*" && labels[at] !== "")
    })
  }
  var isKnown = ${JSON.stringify(names)}.indexOf(name) >= 0 || ${JSON.stringify(patterns)}.some(isLike)
  return isKnown ? ${JSON.stringify(`PROXY ${proxy}`)} : "DIRECT"
}
`
}
