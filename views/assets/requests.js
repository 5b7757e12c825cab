// The page of requests, with a script: new ones come by themselves, and keys lead through them.

const list = document.getElementById('requests')
const [live, news, pause, empty, search] = ['live', 'news', 'pause', 'no-requests', 'q'].map((id) => document.getElementById(id))
const mostRows = 200

/** Rows that came while somebody reads others, oldest first. */
let waiting = []

const source = new EventSource(list.dataset.stream)
source.addEventListener('open', () => {
  live.textContent = 'Live'
})
source.addEventListener('error', () => {
  live.textContent = 'Interrupted: trying again'
})
// Each event is a row, drawn by the server.
source.addEventListener('row', ({ data }) => {
  waiting = [...waiting, rowOf(data)].slice(-mostRows)
  if (isRead()) announce()
  else show()
})
// One that is there already, and says something else by now.
source.addEventListener('again', ({ data }) => {
  const fresh = rowOf(data)
  const held = waiting.findIndex(({ id }) => id === fresh.id)
  if (held >= 0) waiting[held] = fresh
  const before = document.getElementById(fresh.id)
  if (before === null) return
  fresh.querySelector('details').open = before.querySelector('details').open
  const hadFocus = before.querySelector('summary') === document.activeElement
  before.replaceWith(fresh)
  if (hadFocus) fresh.querySelector('summary').focus()
})
addEventListener('pagehide', () => source.close())

function rowOf(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  for (const button of template.content.querySelectorAll('button.copy[hidden]')) button.hidden = false
  return template.content.firstElementChild
}

/** Whether new rows would move what somebody looks at. */
function isRead() {
  const isAway = list.dataset.top !== undefined || list.getBoundingClientRect().top < 0
  return isPaused() || isAway || list.contains(document.activeElement) || list.querySelector('.request[open]') !== null
}

function announce() {
  news.hidden = waiting.length === 0
  news.textContent = `${waiting.length === mostRows ? `${mostRows} or more` : waiting.length} new ${waiting.length === 1 ? 'request' : 'requests'}`
}

function show() {
  list.prepend(...waiting.reverse())
  waiting = []
  while (list.children.length > mostRows) list.lastElementChild.remove()
  if (empty !== null) empty.hidden = true
  announce()
}

news.addEventListener('click', () => {
  if (list.dataset.top !== undefined) return location.assign(list.dataset.top)
  show()
  list.querySelector('summary').focus()
})

function isPaused() {
  return pause.getAttribute('aria-pressed') === 'true'
}

pause.hidden = false
pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()))
  if (!isRead() && waiting.length > 0) show()
})

// Whoever dictates, or slips, wants no single letters to do anything (WCAG 2.1.4).
const keysOn = document.getElementById('keys-on')
document.getElementById('keys').hidden = false
keysOn.checked = localStorage.getItem('letter-keys') !== 'off'
keysOn.addEventListener('change', () => localStorage.setItem('letter-keys', keysOn.checked ? 'on' : 'off'))

const steps = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  const isModified = event.ctrlKey || event.metaKey || event.altKey
  if (isModified || target.closest('input, select, textarea') !== null || (key.length === 1 && !keysOn.checked)) return
  if (key === '/' && search !== null) {
    event.preventDefault()
    search.select()
  }
  const step = steps[key]
  const rows = [...list.querySelectorAll('.request > summary')]
  const at = rows.indexOf(target)
  // Arrows scroll the page unless a row has the focus.
  if (step === undefined || rows.length === 0 || (key.length > 1 && at < 0)) return
  event.preventDefault()
  const next = at < 0 ? rows.find((row) => row.getBoundingClientRect().bottom > 0) : rows[at + step]
  next?.focus()
})
