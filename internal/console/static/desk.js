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
  // The cursor stands behind the sentence that needs a source.
  const behind = (field, sentence) => {
    const at = field.value.indexOf(sentence)
    if (at >= 0) field.setSelectionRange(at + sentence.length, at + sentence.length)
  }
  // What could not be saved without a network is saved when it is back.
  window.addEventListener('online', () => {
    const form = document.querySelector('form[data-desk]')
    if (form && !document.getElementById('offline').hidden) form.dispatchEvent(new Event('change', { bubbles: true }))
  })
  // Pictures: one is chosen in the dialog and stands in the form with its words, until it is taken out.
  let slot = null
  const opener = () => document.querySelector('[data-picture-into="' + slot.dataset.slot + '"]')
  const told = () => {
    const field = slot.querySelector('input')
    field.value = [...slot.querySelectorAll('li')].map((row) => row.dataset.id).join(' ')
    field.dispatchEvent(new Event('change', { bubbles: true }))
    opener().focus()
  }
  const place = (chosen) => {
    const list = slot.querySelector('ul')
    if ('single' in slot.dataset) list.replaceChildren()
    else list.querySelector('[data-id="' + chosen.picture + '"]')?.remove()
    const row = document.getElementById('slot-row').content.firstElementChild.cloneNode(true)
    row.dataset.id = chosen.picture
    row.querySelector('img').src = chosen.small
    row.querySelector('span').textContent = chosen.words
    row.querySelector('button').setAttribute('aria-label', '拿掉：' + chosen.words)
    list.append(row)
    document.getElementById('pics').close()
    told()
  }
  document.addEventListener('click', (e) => {
    const open = e.target.closest('[data-picture-into]')
    const chosen = e.target.closest('[data-picture]')
    const out = e.target.closest('[data-take-out]')
    if (open) {
      slot = document.querySelector('[data-slot="' + open.dataset.pictureInto + '"]')
      document.getElementById('pics').showModal()
      const q = document.getElementById('pics-q')
      q.focus()
      q.dispatchEvent(new Event('search'))
    } else if (chosen && slot) place(chosen.dataset)
    else if (out) {
      slot = out.closest('[data-slot]')
      out.closest('li').remove()
      told()
    }
  })
  document.addEventListener('click', (e) => {
    const open = e.target.closest('[data-cite-into]')
    const cite = e.target.closest('[data-provision]')
    const mend = e.target.closest('[data-mend]')
    if (open) {
      into = { field: document.getElementById(open.dataset.citeInto), bare: 'bare' in open.dataset }
      if (open.dataset.citeBehind) behind(into.field, open.dataset.citeBehind)
      document.getElementById('cite').showModal()
      const q = document.getElementById('cite-q')
      if (open.dataset.ask) { q.value = open.dataset.ask; q.dispatchEvent(new Event('search')) }
      q.focus()
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
    if (chosen) {
      const boxes = [...e.target.closest('form').querySelectorAll('input[type=checkbox][name=id]:checked')]
      chosen.textContent = boxes.length
      for (const act of chosen.closest('form').querySelectorAll('[data-act]')) act.hidden = !boxes.every((box) => box.dataset.may.split(' ').includes(act.dataset.act))
    }
  })
})()
