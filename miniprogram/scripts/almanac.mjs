// Makes src/almanac/table.ts: solar terms and lunar months of 2024–2040 at Beijing time, with the year before and after for the edges.
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { LunarYear, Solar } = createRequire(import.meta.url)('lunar-typescript')
const first = 2024
const last = 2040
const names = '小寒 大寒 立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至'.split(' ')

const terms = []
for (let year = first - 1; year <= last + 1; year++) {
  const table = Solar.fromYmd(year, 6, 15).getLunar().getJieQiTable()
  const days = names.map((name, i) => {
    const day = table[name === '冬至' ? 'DONG_ZHI' : name]
    if (day.getYear() !== year || day.getMonth() !== Math.floor(i / 2) + 1) throw new Error(`${name} ${year}: ${day.toYmd()}`)
    return day.getDay()
  })
  terms.push(`  ${year}: [${days.join(', ')}],`)
}

const months = []
for (let year = first - 1; year <= last; year++) {
  const own = LunarYear.fromYear(year).getMonthsInYear()
  const start = Solar.fromJulianDay(own[0].getFirstJulianDay())
  const lengths = own.map((m) => (m.getDayCount() === 30 ? '1' : '0')).join('')
  months.push(`  { year: ${year}, begins: '${start.toYmd()}', leap: ${LunarYear.fromYear(year).getLeapMonth()}, long: '${lengths}' },`)
}

const text = `// Made by scripts/almanac.mjs from lunar-typescript (MIT), Beijing time. Do not edit by hand.

/** The 24 solar terms in the order of the civil year, two a month. */
export const names = [
  ${names.slice(0, 12).map((n) => `'${n}'`).join(', ')},
  ${names.slice(12).map((n) => `'${n}'`).join(', ')},
] as const

/** For each year the day of the month on which each term falls. */
export const terms: Record<number, number[]> = {
${terms.join('\n')}
}

/** Lunar years: the civil day of their new year, the leap month (0 none), and which months have 30 days. */
export const lunarYears = [
${months.join('\n')}
]
`
writeFileSync(fileURLToPath(new URL('../src/almanac/table.ts', import.meta.url)), text)
