import { onForget } from './volatile'

/**
 * Sheets over the pages. In a browser Back closes the sheet before it leaves the page (`history.ts` asks here); a sheet adds
 * no history entry, so the exit has none more to erase.
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
