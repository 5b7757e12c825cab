// The second click of a double click would cancel the answer to the first, and the code that it carries.
addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent !== undefined) return event.preventDefault()
  form.dataset.sent = ''
  setTimeout(() => delete form.dataset.sent, 5000)
})
