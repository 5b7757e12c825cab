/** What an error page says, line by line: its status, its heading, and what stands below it but for what is told the developer. */
export function pageLines(html: string): string[] {
  const said = html.matchAll(/<(h1|p)(?: class="(?:line|status)")?>(.*?)<\/\1>/gs)
  return [...said].map(([, , text = '']) => unescaped(text.trim()))
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
