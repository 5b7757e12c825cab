/**
 * A proxy auto-configuration file: browsers ask this proxy for the hosts that it answers, and all others go their own way.
 * @param hosts `*.` names are one name below each
 * @param proxy host and port of this proxy
 */
export function proxyAutoConfiguration(hosts: readonly string[], proxy: string): string {
  const tests = hosts.map((host) =>
    host.startsWith('*.') ? `/^[^.]+${host.slice(1).replaceAll('.', '\\.')}$/.test(host)` : `host === ${JSON.stringify(host)}`,
  )
  return [
    'function FindProxyForURL(url, host) {',
    '  host = host.toLowerCase()',
    ...(tests.length === 0 ? [] : [`  if (${tests.join(' ||\n    ')}) return ${JSON.stringify(`PROXY ${proxy}`)}`]),
    '  return "DIRECT"',
    '}',
    '',
  ].join('\n')
}
