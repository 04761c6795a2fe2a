// Reports a row of .ci/scoreboard.json, as testkit.Score does for Go's tests: a line of the file $PGY_SCOREBOARD names.
import { appendFileSync, readFileSync } from 'node:fs'

const rows = JSON.parse(readFileSync(new URL('../../.ci/scoreboard.json', import.meta.url), 'utf8')).map((row) => row.row)

/** score reports a figure, whether its target is met, and the negative control that shows the walk can see a failure. */
export function score(test, row, value, pass, control) {
  if (!rows.includes(row)) throw new Error(`${JSON.stringify(row)} is no row of .ci/scoreboard.json`)
  if (!String(value).trim() || !control.trim()) throw new Error(`${row}: no figure or no negative control`)
  if (!process.env.PGY_SCOREBOARD) return
  appendFileSync(process.env.PGY_SCOREBOARD, JSON.stringify({ row, value: String(value), pass, control, test }) + '\n')
}
