// What pages do beyond links and forms: keys, the veil after a quarter of an hour, filters that apply themselves. Every page
// works without it; no key publishes, sends back or suspends.
(() => {
  'use strict'
  const idle = Number(document.body.dataset.idle || 900) * 1000
  const alive = 4 * 60 * 1000
  const find = (s) => document.querySelector(s)
  const typing = (e) => e.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')

  // Keys.
  const step = (by) => {
    const rows = [...document.querySelectorAll('[data-row]')].filter((r) => r.offsetParent)
    if (!rows.length) return
    const at = rows.findIndex((r) => r.contains(document.activeElement))
    const to = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    const target = to.matches('a, button, [tabindex]') ? to : to.querySelector('a, button, [tabindex]')
    target?.focus()
    to.scrollIntoView({ block: 'nearest' })
  }
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || find('dialog[open]')) return
    if (e.key === '/') { const s = find('[data-search]'); if (s) { e.preventDefault(); s.focus() } }
    if (e.key === 'j' || e.key === 'J') step(1)
    if (e.key === 'k' || e.key === 'K') step(-1)
    if (e.key === 'x' || e.key === 'X') document.activeElement.closest('[data-row]')?.querySelector('input[type=checkbox]')?.click()
    if (e.key === '?') find('#keys')?.showModal()
  })

  // What a link carries behind #, for a lawyer's page alone: put into its field, which is then hidden. Nothing is sent before
  // somebody presses the button.
  const behind = find('[data-fragment-field]')
  if (behind && /^#[A-Z2-7]{26}$/.test(location.hash)) {
    behind.querySelector('input').value = location.hash.slice(1)
    behind.hidden = true
  }

  // A choice in a filter applies at once; the button stays for those without this script.
  document.addEventListener('change', (e) => {
    const form = e.target.closest('form[data-filters]')
    if (form && e.target.matches('select, input[type=date]')) form.requestSubmit()
  })
  document.addEventListener('submit', (e) => {
    for (const i of e.target.matches('form[data-filters]') ? e.target.elements : []) if (i.name && !i.value) i.disabled = true
  })
  document.addEventListener('click', (e) => {
    const button = e.target.closest('[data-print]')
    if (button) print()
  })

  // Reviewing: what still needs a word, what would travel with a return; reading the text aloud.
  const tally = (form) => {
    const pass = form.querySelector('[data-pass]')
    if (!pass) return
    const open = [...form.querySelectorAll('[data-asks]')].filter((c) => !(c.querySelector('[value=keep]:checked') && c.querySelector('.rv-why input').value.trim())).length
    const asked = form.querySelectorAll('.fnd :is([value=mend], [value=other]):checked').length
    pass.disabled = open > 0; pass.textContent = open ? `还有 ${open} 处，不能通过` : '通过'
    form.querySelector('[data-carries]').textContent = asked ? `退回会带上这 ${asked} 处` : ''
  }
  for (const what of ['input', 'change']) document.addEventListener(what, (e) => { const form = e.target.closest('form[data-review]'); if (form) tally(form) })
  const begin = () => {
    document.querySelectorAll('form[data-review]').forEach(tally)
    document.querySelectorAll('[data-speak]').forEach((b) => { b.hidden = !window.speechSynthesis })
  }
  begin()
  document.addEventListener('htmx:afterSettle', begin)
  document.addEventListener('click', (e) => {
    const button = e.target.closest('[data-speak]')
    if (!button) return
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); button.textContent = '念给我听'; return }
    const read = find(button.dataset.speak).cloneNode(true)
    read.querySelectorAll('del, .rv-cards, .fn').forEach((n) => n.remove())
    const words = new SpeechSynthesisUtterance(read.textContent)
    words.lang = 'zh-CN'; words.onend = () => { button.textContent = '念给我听' }
    button.textContent = '停下'; speechSynthesis.speak(words)
  })
  window.addEventListener('pagehide', () => window.speechSynthesis?.cancel())

  // Files are sent one after the other, each with its progress and its own sentence when it is refused. Without this script
  // the form sends the first one.
  document.addEventListener('submit', async (e) => {
    const form = e.target
    if (!form.matches('form[data-send-files]')) return
    e.preventDefault()
    const input = form.querySelector('input[type=file]')
    const list = form.querySelector('[data-sends]')
    const button = form.querySelector('button')
    list.replaceChildren(); list.hidden = false; button.disabled = true
    let last = ''
    let refused = false
    for (const file of input.files) {
      const said = await sendFile(form, input.name, file, list)
      if (said.to) last = said.to; else refused = true
    }
    button.disabled = false; input.value = ''
    if (last && !refused) location.assign(last)
    else if (last) {
      const link = list.appendChild(document.createElement('li')).appendChild(document.createElement('a'))
      link.className = 'a'; link.textContent = '看放好的'; link.href = last
    }
  })
  const sendFile = (form, name, file, list) => new Promise((done) => {
    const row = document.createElement('li')
    const words = row.appendChild(document.createElement('span'))
    const bar = row.appendChild(document.createElement('progress'))
    const state = row.appendChild(document.createElement('span'))
    words.textContent = file.name; bar.max = file.size || 1; bar.value = 0; bar.setAttribute('aria-label', file.name)
    state.className = 'note'; state.textContent = '正在传'
    list.append(row)
    const end = (text, bad) => { bar.remove(); state.textContent = text; state.className = bad ? 'clay' : 'leaf' }
    const body = new FormData(form)
    body.delete(name); body.append(name, file)
    const request = new XMLHttpRequest()
    request.open('POST', form.action)
    request.upload.onprogress = (p) => { bar.value = p.loaded; if (p.loaded >= p.total) state.textContent = '传完了，正在缩小' }
    request.onload = () => {
      if (request.status === 401) { end('登录已经结束，请再登录一次。', true); done({}); return }
      if (request.status < 300) { end('放好了', false); done({ to: request.responseURL }); return }
      const page = new DOMParser().parseFromString(request.responseText, 'text/html')
      end('没放进来：' + (page.querySelector('[data-fault], main .alert')?.textContent.trim() || '出了点问题，请再试一次。'), true); done({})
    }
    request.onerror = () => { end('没有连上网，没放进来。连上网再试。', true); done({}) }
    request.send(body)
  })

  // The veil. The page stays as it is behind it, with what was written; nothing is stored anywhere. Pages of one browser
  // tell each other that somebody is at work.
  const veil = find('#veil')
  if (veil) {
    const line = new BroadcastChannel('console')
    let last = Date.now()
    let asked = Date.now()
    const cover = () => { if (!veil.open) { find('dialog[open]')?.close(); veil.showModal(); veil.querySelector('input')?.focus() } }
    const seen = () => { last = Date.now() }
    const act = () => {
      if (veil.open) return
      if (Date.now() - last > 1000) line.postMessage('here')
      seen()
      if (Date.now() - asked > alive) {
        asked = Date.now()
        fetch(veil.dataset.alive, { headers: { 'HX-Request': 'true' } }).then((r) => { if (r.status === 401) cover() }, () => {})
      }
    }
    line.onmessage = (e) => { if (e.data === 'here') seen() }
    for (const what of ['pointerdown', 'keydown', 'scroll', 'input']) document.addEventListener(what, act, { passive: true, capture: true })
    setInterval(() => { if (Date.now() - last > idle) cover() }, Math.min(5000, idle / 4))
    veil.addEventListener('cancel', (e) => e.preventDefault())
    veil.querySelector('form').addEventListener('submit', async (e) => {
      e.preventDefault()
      const say = veil.querySelector('[role=alert]')
      say.textContent = ''
      const sent = await fetch(e.target.action, { method: 'POST', body: new URLSearchParams(new FormData(e.target)), headers: { 'X-Veil': '1' }, redirect: 'manual' }).catch(() => null)
      if (!sent) { say.textContent = '没有连上网。你写的还在。'; return }
      if (sent.type !== 'opaqueredirect') { say.textContent = new DOMParser().parseFromString(await sent.text(), 'text/html').querySelector('[data-fault]')?.textContent.trim() || '没有登录上，请看看账号、密码和动态码。'; return }
      await back()
    })
    // The same person finds the page as it was; anybody else finds the home page.
    const back = async () => {
      const whose = await fetch(veil.dataset.whose, { headers: { 'HX-Request': 'true' } }).then((r) => r.ok ? r.text() : '').catch(() => '')
      if (whose.trim() !== veil.dataset.account) { location.replace(veil.dataset.home); return }
      veil.querySelector('form').reset(); seen(); asked = Date.now(); veil.close()
    }
    document.addEventListener('htmx:afterSwap', () => { if (veil.querySelector('[data-scanned]')) { veil.querySelector('[data-scanned]').remove(); back() } })
    document.addEventListener('htmx:beforeSwap', (e) => {
      if (e.detail.xhr.status === 401) { e.detail.shouldSwap = false; cover() }
    })
  }

  // After a form came back with faults, the message is read out and the reader stands at it.
  document.addEventListener('htmx:afterSettle', () => { const alert = find('main [role=alert]'); if (alert) { alert.tabIndex = -1; alert.focus() } })
  document.addEventListener('htmx:sendError', () => { const s = find('#offline'); if (s) s.hidden = false })
  document.addEventListener('htmx:afterRequest', (e) => { const s = find('#offline'); if (s && e.detail.successful) s.hidden = true })
  find('main [role=alert]')?.focus()
})()
