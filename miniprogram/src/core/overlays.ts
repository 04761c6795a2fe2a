import { onForget } from './volatile'

/**
 * What lies over the pages. In a browser Back takes the sheet away before it takes the page (`history.ts` asks here); no
 * entry of the history stands for a sheet, so the exit has none more to erase.
 */
interface Sheet {
  page: unknown
  close: () => void
}

const sheets = new Set<Sheet>()
onForget(() => sheets.clear())

const inFront = () => getCurrentPages().slice(-1)[0]

/** addOverlay notes a sheet over the page in front; the returned call takes the note back. */
export function addOverlay(close: () => void): () => void {
  const sheet = { page: inFront(), close }
  sheets.add(sheet)
  return () => sheets.delete(sheet)
}

/** closeTopOverlay closes the last sheet over the page in front and says whether there was one. */
export function closeTopOverlay(): boolean {
  const page = inFront()
  const top = [...sheets].filter((sheet) => sheet.page === page).pop()
  if (!top) return false
  // Forgotten at once: a sheet that would not close must not hold her a second time.
  sheets.delete(top)
  top.close()
  return true
}
