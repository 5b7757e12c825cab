/** The vendor's hosts, in all its clouds, with Graph and B2C. */
export const entraHosts: readonly string[] = [
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
  'graph.microsoft.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
  '*.login.microsoft.com',
  '*.ciamlogin.com',
  '*.b2clogin.com',
]
