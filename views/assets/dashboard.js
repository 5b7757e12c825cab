// What is better with a script: buttons that copy, menus that close, lists that grow by themselves.

for (const button of document.querySelectorAll('button.copy')) button.hidden = false

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('button.copy')
  if (button !== null && button !== undefined) return copy(button)
  for (const menu of document.querySelectorAll('details.drop[open]')) if (!menu.contains(event.target)) menu.open = false
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const menu of document.querySelectorAll('details.drop[open]')) {
    menu.open = false
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus()
  }
})

async function copy(button) {
  const source = document.getElementById(button.dataset.copy)
  try {
    await navigator.clipboard.writeText(source.textContent)
  } catch {
    // Over http from another machine there is no clipboard to write to.
    const range = document.createRange()
    range.selectNodeContents(source)
    getSelection().removeAllRanges()
    getSelection().addRange(range)
    document.execCommand('copy')
  }
  const label = button.firstChild
  const before = label.data
  label.data = 'Copied'
  setTimeout(() => {
    label.data = before
  }, 1500)
}

// A list that says where its news come from: each event is a row, drawn by the server; `again` is one that is there already.
for (const list of document.querySelectorAll('[data-stream]')) {
  const source = new EventSource(list.dataset.stream)
  const status = document.getElementById(list.dataset.status)
  source.addEventListener('open', () => say(status, 'Live'))
  source.addEventListener('error', () => say(status, 'Interrupted: trying again'))
  source.addEventListener('row', ({ data }) => {
    const template = document.createElement('template')
    template.innerHTML = data
    list.prepend(template.content)
    for (const button of list.querySelectorAll('button.copy[hidden]')) button.hidden = false
    while (list.children.length > 200) list.lastElementChild.remove()
    const empty = document.getElementById(list.dataset.empty)
    if (empty !== null) empty.hidden = true
  })
  source.addEventListener('again', ({ data }) => {
    const template = document.createElement('template')
    template.innerHTML = data
    const fresh = template.content.firstElementChild
    const before = document.getElementById(fresh.id)
    if (before === null) return
    fresh.querySelector('details').open = before.querySelector('details').open
    before.replaceWith(fresh)
    for (const button of fresh.querySelectorAll('button.copy[hidden]')) button.hidden = false
  })
  addEventListener('pagehide', () => source.close())
}

function say(status, text) {
  if (status !== null) status.textContent = text
}
