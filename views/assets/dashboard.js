// What is better with a script: buttons that copy, menus that close, searches that follow the typing.

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

// A search field that hides at once what does not have its words, and the headings of which nothing is left.
for (const field of document.querySelectorAll('[data-filter]')) {
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase()
    for (const one of document.querySelectorAll(field.dataset.filter)) {
      one.hidden = !one.textContent.replace(/\s+/g, ' ').toLowerCase().includes(wanted)
      const section = one.closest('section')
      section.hidden = section.querySelector(`${field.dataset.filter}:not([hidden])`) === null
    }
  })
}

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
