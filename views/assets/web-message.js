// The answer as a message to whoever opened this page, and to no other origin than the redirect URI's.
const holder = document.querySelector('[data-origin]')
const target = window.opener ?? (window.parent === window ? null : window.parent)
if (holder !== null && target !== null) {
  const fields = [...holder.querySelectorAll('input')].map(({ name, value }) => [name, value])
  const response = Object.fromEntries(fields)
  const usual = holder.dataset.bare === undefined ? { type: 'authorization_response', response } : response
  target.postMessage(holder.dataset.text ?? usual, holder.dataset.origin)
}
