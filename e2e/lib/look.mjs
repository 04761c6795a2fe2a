// What can be measured about how a page looks, in the page itself. Each function is sent to the browser whole.

/** texts gives every visible run of text: the words, their boxes and their element. */
const shared = `
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const texts = () => {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const words = node.textContent.trim()
      const element = node.parentElement
      if (!words || !element || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName) || !visible(element)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const boxes = [...range.getClientRects()].filter((b) => b.width > 1 && b.height > 1)
      if (boxes.length) found.push({ words, element, boxes })
    }
    return found
  }
  const named = (e) => e.tagName.toLowerCase() + '.' + (e.className || '') 
  const scrollsSideways = (e) => { for (; e; e = e.parentElement) if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e !== document.documentElement && e !== document.body && e.scrollWidth > e.clientWidth) return true; return false }
`

/** dockFaults lists what is wrong with the dock on the page as it is now. */
export const dockFaults = (page, phone) => page.evaluate(`(() => {
  const faults = []
  for (const name of ${JSON.stringify(phone ? ['.dock__leave', '.dock__phone'] : ['.dock__leave'])}) {
    const all = [...document.querySelectorAll(name)]
    if (all.length !== 1) { faults.push(name + ' is there ' + all.length + ' times'); continue }
    const b = all[0].getBoundingClientRect()
    if (b.width < 44 || b.height < 44) faults.push(name + ' is ' + b.width + ' x ' + b.height)
    if (b.left < 0 || b.top < 0 || b.right > innerWidth || b.bottom > innerHeight) faults.push(name + ' is outside the screen')
    for (const [x, y] of [[.5, .5], [.15, .5], [.85, .5], [.5, .1], [.5, .9]]) {
      const hit = document.elementFromPoint(b.left + b.width * x, b.top + b.height * y)
      if (!hit?.closest(name)) { faults.push(name + ' is covered by ' + (hit ? hit.tagName + '.' + hit.className : 'nothing')); break }
    }
  }
  return faults
})()`)

/** layoutFaults lists text that is cut, wider than the screen, or, at the end of the page, under the dock or the button. */
export const layoutFaults = (page, atEnd) => page.evaluate(`(() => {
  ${shared}
  const faults = new Set()
  const wide = document.scrollingElement.scrollWidth
  if (wide > innerWidth + 1) faults.add('the page is ' + wide + ' px wide')
  const over = ${atEnd} ? [...document.querySelectorAll('.dock__leave, .dock__phone, .screen__action .btn')].filter(visible).map((e) => ({ e, b: e.getBoundingClientRect() })) : []
  for (const { words, element, boxes } of texts()) {
    const short = '“' + words.slice(0, 24) + '”'
    if (!scrollsSideways(element) && boxes.some((b) => b.right > innerWidth + 1 || b.left < -1)) faults.add(short + ' leaves the screen')
    for (let e = element; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e)
      const p = e.getBoundingClientRect()
      if (['hidden', 'clip'].includes(style.overflowX) && boxes.some((b) => b.right > p.right + 1 || b.left < p.left - 1)) faults.add(short + ' is cut sideways by ' + named(e))
      if (['hidden', 'clip'].includes(style.overflowY) && boxes.some((b) => b.bottom > p.bottom + 4 || b.top < p.top - 4)) faults.add(short + ' is cut below by ' + named(e))
      if (['auto', 'scroll'].includes(style.overflowY) && e.scrollHeight > e.clientHeight) break // she scrolls to it
    }
    const parent = element.closest('[role=button],[role=tab]')
    if (parent) {
      const p = parent.getBoundingClientRect()
      if (boxes.some((b) => b.right > p.right + 1 || b.left < p.left - 1 || b.bottom > p.bottom + 2 || b.top < p.top - 2)) faults.add(short + ' sticks out of ' + named(parent))
    }
    for (const { e, b: o } of over) {
      if (e.contains(element) || element.closest('.tabs, .dock, .screen__action')) continue
      if (boxes.some((b) => b.left < o.right - 1 && b.right > o.left + 1 && b.top < o.bottom - 1 && b.bottom > o.top + 1)) faults.add(short + ' lies under ' + named(e))
    }
  }
  return [...faults]
})()`)

/** pale lists text whose contrast with its background is below 4.5 : 1. */
export const pale = (page) => page.evaluate(`(() => {
  ${shared}
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1)
  const behind = (e) => {
    const layers = []
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor)
      if (c[3] > 0) layers.push(c)
      if (c[3] === 1) break
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1])
  }
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const faults = new Set()
  for (const { words, element } of texts()) {
    if (element.closest('.btn--off, [aria-disabled=true]')) continue
    const back = behind(element)
    const front = over(rgba(getComputedStyle(element).color), back)
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < 4.5) faults.add('“' + words.slice(0, 20) + '” has ' + ratio.toFixed(2) + ' : 1 in ' + named(element))
  }
  return [...faults]
})()`)

/** brightness of the page's own paper, 0 black to 255 white. */
export const brightness = (page) => page.evaluate(() => {
  const [r, g, b] = getComputedStyle(document.querySelector('.screen, .almanac')).backgroundColor.match(/\d+/g).map(Number)
  return (r + g + b) / 3
})
