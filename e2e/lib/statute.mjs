// A statute's text as the drill needs it: another day, and articles that have moved.

const digits = '零一二三四五六七八九'

/** numeral writes 1 to 99 as statutes do. */
export function numeral(n) {
  const [tens, ones] = [Math.floor(n / 10), n % 10]
  return (tens > 1 ? digits[tens] : '') + (tens ? '十' : '') + (ones ? digits[ones] : '')
}

/** renumbered puts an invented article in the place of article `from`, moves the others by one and sets the day it applies from. */
export function renumbered(text, from, day) {
  const first = text.split('\n')[0].replace(/公布[^|]*\|[^|]*施行[^|]*/, `公布：${day} | 施行：${day} `)
  let body = text.slice(text.indexOf('\n'))
  for (let n = 99; n >= from; n--) body = body.replace(`**第${numeral(n)}条**`, `**第${numeral(n + 1)}条**`)
  return first + body.replace(`**第${numeral(from + 1)}条**`, `**第${numeral(from)}条**　（演练）这一条是为演练编的。\n\n**第${numeral(from + 1)}条**`)
}
