// What writing pages do beyond forms: a citation goes where the cursor stood, a mend takes the place of the words it is
// about, all rows are ticked at once. Every page works without it.
(() => {
  'use strict'
  let into = null
  const changed = (field) => field.dispatchEvent(new Event('input', { bubbles: true }))
  const put = (field, text, bare) => {
    const at = field.selectionStart ?? field.value.length
    const rest = field.value.slice(field.selectionEnd ?? at)
    let before = field.value.slice(0, at)
    if (bare) { before = field.value.trimEnd(); text = (before ? '\n' : '') + text; field.value = before + text } else field.value = before + '〔' + text + '〕' + rest
    const end = bare ? field.value.length : at + text.length + 2
    field.focus()
    field.setSelectionRange(end, end)
    changed(field)
  }
  document.addEventListener('click', (e) => {
    const open = e.target.closest('[data-cite-into]')
    const cite = e.target.closest('[data-provision]')
    const mend = e.target.closest('[data-mend]')
    if (open) {
      into = { field: document.getElementById(open.dataset.citeInto), bare: 'bare' in open.dataset }
      document.getElementById('cite').showModal()
      document.getElementById('cite-q').focus()
    } else if (cite && into) {
      document.getElementById('cite').close()
      put(into.field, cite.dataset.provision, into.bare)
    } else if (mend) {
      const field = document.getElementById(mend.dataset.in)
      const at = field ? field.value.indexOf(mend.dataset.was) : -1
      if (at < 0) return
      field.value = field.value.slice(0, at) + mend.dataset.mend + field.value.slice(at + mend.dataset.was.length)
      field.focus()
      field.setSelectionRange(at, at + mend.dataset.mend.length)
      changed(field)
    }
  })
  document.addEventListener('change', (e) => {
    const form = e.target.closest('form[data-desk]')
    if (form && e.target.name === 'kind') form.dataset.kind = e.target.value
    if (e.target.matches('[data-all]')) for (const box of e.target.closest('form').querySelectorAll('input[type=checkbox][name=id]')) box.checked = e.target.checked
    const chosen = e.target.closest('form')?.querySelector('[data-chosen]')
    if (chosen) chosen.textContent = e.target.closest('form').querySelectorAll('input[type=checkbox][name=id]:checked').length
  })
})()
