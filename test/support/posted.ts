import { postedIn } from './recording/judge-requests.ts'

/** What a page posts to a client by itself (`response_mode=form_post`): where to, and the fields; undefined for another page. */
export function postedBy(html: string): { action: string; fields: Record<string, string> } | undefined {
  const action = /<form method="post" action="([^"]*)" data-submit>/.exec(html)?.[1]
  if (action === undefined) return undefined
  return { action: plain(action), fields: Object.fromEntries(postedIn(html).map(([name, value]) => [name, plain(value)])) }
}

function plain(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
