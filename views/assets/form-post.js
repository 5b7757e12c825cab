// A response parameter may be called "submit" and hide the form's own method.
for (const form of document.querySelectorAll('form[data-submit]')) HTMLFormElement.prototype.submit.call(form)
